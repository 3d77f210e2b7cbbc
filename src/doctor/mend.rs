//! The commands that mend things, as this machine's system has them.

use std::path::Path;

use crate::{backend::DockerAway, model::Engine};

/// What installs programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packages {
    Apt,
    Dnf,
    Apk,
    Zypper,
    Pacman,
    Brew,
}

/// How programs are installed and started here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Platform {
    packages: Option<Packages>,
    has_systemd: bool,
    is_root: bool,
}

impl Platform {
    /// That of this machine.
    pub(super) fn here() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let is_there =
            |program: &&(&str, Packages)| std::env::split_paths(&path).any(|at| at.join(program.0).is_file());
        let known = [
            ("apt-get", Packages::Apt),
            ("dnf", Packages::Dnf),
            ("apk", Packages::Apk),
            ("zypper", Packages::Zypper),
            ("pacman", Packages::Pacman),
            ("brew", Packages::Brew),
        ];
        Self {
            packages: known.iter().find(is_there).map(|(_, packages)| *packages),
            has_systemd: Path::new("/run/systemd/system").is_dir(),
            is_root: rustix::process::geteuid().is_root(),
        }
    }

    /// Installs an engine.
    pub(super) fn install(self, engine: Engine) -> String {
        let name = match (self.packages, engine) {
            (Some(Packages::Apt), Engine::Redis) => "redis-server",
            (Some(Packages::Apt), Engine::Valkey) => "valkey-server",
            (_, engine) => engine.name(),
        };
        self.install_package(name)
            .unwrap_or_else(|| format!("install {name}, or tell with --engine-path in which folder it is"))
    }

    /// Makes Docker answer.
    pub(super) fn docker(self, away: &DockerAway) -> Option<String> {
        match away {
            DockerAway::NoSocket { .. } => {
                let name = match self.packages {
                    Some(Packages::Apt) => "docker.io",
                    Some(Packages::Dnf) => "moby-engine",
                    _ => "docker",
                };
                let install = self.install_package(name);
                install.map(|install| format!("{install} && {}", self.start_docker()))
            }
            // The group has an effect from the next login on.
            DockerAway::NoPermission { .. } => {
                Some("sudo usermod -aG docker $USER && newgrp docker, or log in again".to_owned())
            }
            DockerAway::NotRunning { .. } => Some(self.start_docker()),
            DockerAway::Other(_) => None,
        }
    }

    /// Sets the machine's clock.
    pub(super) fn set_clock(self) -> Option<String> {
        self.has_systemd.then(|| format!("{}timedatectl set-ntp true", self.sudo()))
    }

    fn start_docker(self) -> String {
        match self.packages {
            Some(Packages::Brew) => "open -a Docker".to_owned(),
            _ if self.has_systemd => format!("{}systemctl start docker", self.sudo()),
            Some(Packages::Apk) => format!("{}rc-service docker start", self.sudo()),
            _ => format!("{}service docker start", self.sudo()),
        }
    }

    fn install_package(self, name: &str) -> Option<String> {
        let sudo = self.sudo();
        Some(match self.packages? {
            Packages::Apt => format!("{sudo}apt-get install -y {name}"),
            Packages::Dnf => format!("{sudo}dnf install -y {name}"),
            Packages::Apk => format!("{sudo}apk add {name}"),
            Packages::Zypper => format!("{sudo}zypper install -y {name}"),
            Packages::Pacman => format!("{sudo}pacman -S --noconfirm {name}"),
            Packages::Brew => format!("brew install {name}"),
        })
    }

    fn sudo(self) -> &'static str {
        if self.is_root { "" } else { "sudo " }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_fit_the_platform() {
        let user = |packages, has_systemd| Platform { packages, has_systemd, is_root: false };
        let debian = user(Some(Packages::Apt), true);
        let alpine = Platform { is_root: true, ..user(Some(Packages::Apk), false) };
        let unknown = user(None, false);
        let socket = || "/var/run/docker.sock".to_owned();
        let (stopped, missing) =
            (DockerAway::NotRunning { socket: socket() }, DockerAway::NoSocket { socket: socket() });
        assert_eq!(debian.install(Engine::Valkey), "sudo apt-get install -y valkey-server");
        assert_eq!(alpine.install(Engine::Valkey), "apk add valkey");
        assert!(unknown.install(Engine::Redis).contains("--engine-path"));
        assert_eq!(debian.docker(&stopped).as_deref(), Some("sudo systemctl start docker"));
        assert_eq!(alpine.docker(&missing).as_deref(), Some("apk add docker && rc-service docker start"));
        assert_eq!(unknown.docker(&missing), None);
        let forbidden = debian.docker(&DockerAway::NoPermission { socket: socket() });
        assert!(forbidden.is_some_and(|mend| mend.starts_with("sudo usermod -aG docker $USER")));
    }
}
