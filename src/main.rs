//! The `stepladder` program: words to calls, calls to exit codes.

fn main() -> std::process::ExitCode {
    stepladder::cli::main()
}
