//! What is said to real engines, and what comes of it: replication, clusters of every shape, changes of roles, slots that
//! move under load, and users.

mod bed;
mod changes;
mod clients;
mod forming;
mod inheriting;
mod items;
mod replication;
mod resharding;
mod users;
