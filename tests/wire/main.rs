//! The wire layer from outside: the generated code is what the model says, requests decode and answers encode as the
//! API does, signatures made by other implementations verify.

mod answers;
mod generated;
mod generator;
mod model;
mod requests;
mod signatures;
