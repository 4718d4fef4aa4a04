//! The leaf, the chain, the MAC and the verifier of the sealed trail. Pure: no I/O.
