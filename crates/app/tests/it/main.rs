//! What holds over all slices: the structure of the code, the policy, and what a stranger sees.

mod architecture;
mod compile_fail;
mod domain_scope;
mod ground;
mod matrix;
mod sequences;
mod stranger;
