//! What is said to real engines, and what comes of it: replication, clusters of every shape, changes of roles, and slots
//! that move under load.

mod bed;
mod changes;
mod clients;
mod forming;
mod replication;
mod resharding;
