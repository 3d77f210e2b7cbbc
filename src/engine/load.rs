//! How busy an engine is, and how full.

use super::{EngineError, RedisClient};

/// What an engine says of its work and its memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// For how many seconds its main thread has worked since it was started.
    pub cpu_seconds: f64,
    /// How full it is, per cent of what makes it evict keys; `None` without a limit.
    pub memory_counted_for_evict: Option<f64>,
}

impl Load {
    fn parse(info: &str) -> Result<Self, EngineError> {
        let field = |name: &str| -> Option<f64> {
            info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?.trim().parse().ok()
        };
        let needed = |name: &str| field(name).ok_or_else(|| EngineError::Unintelligible(format!("no {name}")));
        // Engines before 6.2 count their threads together only.
        let cpu = |kind: &str| {
            field(&format!("used_cpu_{kind}_main_thread")).map_or_else(|| needed(&format!("used_cpu_{kind}")), Ok)
        };
        let counted = needed("used_memory")? - field("mem_not_counted_for_evict").unwrap_or(0.0);
        let most = field("maxmemory").filter(|most| *most > 0.0);
        Ok(Self {
            cpu_seconds: cpu("sys")? + cpu("user")?,
            memory_counted_for_evict: most.map(|most| counted / most * 100.0),
        })
    }
}

impl RedisClient {
    /// Asks how busy and how full the engine is.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn load(&mut self) -> Result<Load, EngineError> {
        let mut info = String::new();
        for section in ["cpu", "memory"] {
            let answer: String = self.command("info").arg(section).query_async(&mut self.connection).await?;
            info += &answer;
        }
        Load::parse(&info)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_engines_are_understood() {
        let memory = "used_memory:300\r\nmem_not_counted_for_evict:50\r\nmaxmemory:1000\r\n";
        let new =
            "used_cpu_sys:9\r\nused_cpu_user:9\r\nused_cpu_sys_main_thread:1.5\r\nused_cpu_user_main_thread:2\r\n";
        let load = Load::parse(&format!("{new}{memory}")).expect("a load");
        assert_eq!(load, Load { cpu_seconds: 3.5, memory_counted_for_evict: Some(25.0) });
        let load = Load::parse("used_cpu_sys:1\r\nused_cpu_user:2\r\nused_memory:300\r\nmaxmemory:0\r\n");
        assert_eq!(load.expect("a load"), Load { cpu_seconds: 3.0, memory_counted_for_evict: None });
        assert!(Load::parse("used_memory:300\r\n").is_err());
    }
}
