//! moto's S3 with signatures checked, which is Python: that of `.venv`, where `docker/install-clients.sh` puts it, or of
//! `CACHETTE_TEST_PYTHON`.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

use super::LIMIT;

/// A server that ends with the test.
pub struct Moto {
    process: Child,
    address: String,
}

impl Moto {
    /// A server with one bucket, `my-bucket`.
    pub fn start() -> Self {
        let python = std::env::var("CACHETTE_TEST_PYTHON")
            .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/.venv/bin/python").to_owned());
        assert!(
            Path::new(&python).exists(),
            "there is no {python}: run docker/install-clients.sh, or name a Python with moto by CACHETTE_TEST_PYTHON"
        );
        let mut process = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/object_storage/s3.py"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Python runs");
        let mut errors = process.stderr.take().expect("its errors");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let Some(address) = line.trim_end().strip_prefix("http://").map(str::to_owned) else {
            let mut said = String::new();
            let _ = errors.read_to_string(&mut said);
            panic!("moto did not start: {said}");
        };
        // What it says later has to go somewhere.
        std::thread::spawn(move || std::io::copy(&mut errors, &mut std::io::sink()));
        let moto = Self { process, address };
        assert_eq!(moto.ask("PUT", "/my-bucket", ""), 200);
        moto
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sends a request without a signature, and answers the status.
    pub fn ask(&self, method: &str, target: &str, body: &str) -> u16 {
        let answer = self.answer(method, target, body);
        answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{answer}"))
    }

    /// Sends a request without a signature.
    pub fn answer(&self, method: &str, target: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        stream.set_read_timeout(Some(LIMIT)).expect("a limit");
        let length = body.len();
        let head = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\nContent-Length: {length}", self.address);
        write!(stream, "{head}\r\nConnection: close\r\n\r\n{body}").expect("a request");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
