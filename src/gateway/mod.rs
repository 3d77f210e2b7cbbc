//! The listeners in front of every endpoint that the API gives out. The address a client was given never changes,
//! whatever happens to the engine behind it.
