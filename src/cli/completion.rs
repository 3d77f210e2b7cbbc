//! `cachette completion`: which shell.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::Cli;

const WHERE: &str = "\
Examples:
  cachette completion bash > ~/.local/share/bash-completion/completions/cachette
  cachette completion zsh  > \"${fpath[1]}/_cachette\"
  cachette completion fish > ~/.config/fish/completions/cachette.fish";

/// For which shell.
#[derive(Debug, Args)]
#[command(after_help = WHERE)]
pub struct Completion {
    /// The shell.
    pub shell: Shell,
}

impl Completion {
    /// What the shell is to read.
    #[must_use]
    pub fn script(&self) -> Vec<u8> {
        let mut script = Vec::new();
        generate(self.shell, &mut Cli::command(), "cachette", &mut script);
        script
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_shell_is_told_of_every_command() {
        for shell in Shell::value_variants() {
            let script = String::from_utf8(Completion { shell: *shell }.script()).expect("text");
            for word in ["serve", "doctor", "status", "completion", "node-ports"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }
}
