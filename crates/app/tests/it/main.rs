//! What holds over all slices: the structure of the code, the policy, and what a stranger sees.

mod api;
mod api_stranger;
mod architecture;
mod chosen;
mod compile_fail;
mod domain_scope;
mod ground;
mod imports;
mod matrix;
mod sequences;
mod stranger;
mod twins;
