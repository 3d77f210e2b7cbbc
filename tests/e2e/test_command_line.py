"""What the program says on the command line: doctor, status, help, completion, and why it does not start."""

import json
import os
import pty
import re
import signal
import socket
import subprocess

import pytest

from conftest import BINARY, create, free_port, wait_for

# Nothing of the machine's own is to decide what is printed.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("CACHETTE_", "AWS_", "OTEL_", "DOCKER_"))
}


def run(*arguments, env=None, **more):
    command = [BINARY, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, env={**ENVIRONMENT, **(env or {})}, **more
    )


def refusals(folder):
    """What is wrong, as flags and variables, and what has to be said of it."""
    (folder / "file").write_text("no folder")
    (folder / "broken.json").write_text("{")
    (folder / "later").mkdir()
    later = {"format": 99, "name": "abc", "secret": "00" * 32}
    (folder / "later" / "instance.json").write_text(json.dumps(later))
    (folder / "damaged").mkdir()
    (folder / "damaged" / "instance.json").write_text("{}")
    (folder / "empty").mkdir()
    socket_file = folder / "docker.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(socket_file))
    no_docker = {"DOCKER_HOST": f"unix://{folder}/none.sock"}
    return [
        (["--backend", "docker"], no_docker, rf"Docker cannot be used: .*no socket {folder}/none.sock; `cachette doctor` "),
        (["--backend", "docker"], {"DOCKER_HOST": f"unix://{socket_file}"}, r"Docker cannot be used: .*not running"),
        (["--backend", "auto"], {**no_docker, "PATH": str(folder)}, r"nothing here can run engines: .*cachette doctor"),
        (["--data-dir", folder / "file" / "x"], {}, r"data directory .*Not a directory.*--data-dir"),
        (["--data-dir", folder / "later"], {}, r"later version of Cachette \(format 99.*--data-dir"),
        (["--data-dir", folder / "damaged"], {}, r"damaged.*--data-dir"),
        (["--listen", "192.0.2.1:4598"], {}, r"--listen 192.0.2.1:4598: .*"),
        (["--listen", "4598"], {}, r"'--listen <LISTEN>'"),
        (["--node-ports", "9-1"], {}, r"'--node-ports <FIRST-LAST>': write FIRST-LAST"),
        (["--auth", "sigv4"], {}, r"--auth sigv4 needs --credentials"),
        (["--credentials", "hunter2"], {}, r"--credentials .*KEY:SECRET"),
        (["--iam-policies", folder / "none.json"], {}, r"--iam-policies .*none.json: .*No such file"),
        (["--iam-policies", folder / "broken.json"], {}, r"--iam-policies .*broken.json: .*line 1"),
        (["--s3-dir", folder / "none"], {}, r"--s3-dir .*no such folder"),
        (["--trail-dir", folder / "file"], {}, r"--trail-dir .*(File exists|Not a directory)"),
        (["--log-dir", folder / "file" / "x"], {}, r"--log-dir .*Not a directory"),
        (["--snapshot-dir", folder / "file" / "x"], {}, r"--snapshot-dir .*Not a directory"),
        ([], {"OTEL_EXPORTER_OTLP_ENDPOINT": "ftp://x"}, r"OTEL_EXPORTER_OTLP_ENDPOINT"),
        ([], {"AWS_ENDPOINT_URL_S3": "nonsense", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"},
         r"AWS_ENDPOINT_URL_S3"),
        ([], {"AWS_ENDPOINT_URL_SNS": "nonsense", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"},
         r"AWS_ENDPOINT_URL_SNS"),
    ]


def test_a_server_that_cannot_start_says_why_in_one_line(tmp_path):
    unexpected = []
    for number, (flags, env, expected) in enumerate(refusals(tmp_path)):
        usual = {"--listen": "127.0.0.1:0", "--backend": "none", "--data-dir": tmp_path / f"data{number}"}
        rest = [word for flag in usual.items() if flag[0] not in flags for word in flag]
        done = run("serve", *flags, *rest, env=env)
        said = [line for line in done.stderr.splitlines() if line and " INFO " not in line]
        # Clap adds the usage or where to find help.
        is_short = len(said) == 1 or done.returncode == 2
        if done.returncode == 0 or not is_short or not re.search(expected, said[0]) or "hunter2" in done.stderr:
            unexpected.append((flags, expected, done.returncode, done.stderr))
    assert not unexpected


def test_servers_do_not_get_into_each_others_way(own_server, backend):
    if backend != "process":
        pytest.skip("has nothing to do with the backend")
    server = own_server()
    taken = run("serve", "--listen", f"127.0.0.1:{server.port}", "--backend", "none", "--data-dir", server.data_dir / "x")
    pid = server.process.pid
    assert taken.returncode == 1
    assert re.search(rf"^cachette: --listen .*:{server.port}: the port is taken by another Cachette, .*process {pid}.*"
                     r"--listen$", taken.stderr, re.M), taken.stderr
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        taken = run("serve", "--listen", f"127.0.0.1:{port}", "--backend", "none", "--data-dir", server.data_dir / "x")
    assert re.search(rf":{port}: the port is taken by another program \(process {os.getpid()}", taken.stderr)
    held = run("serve", "--listen", "127.0.0.1:0", "--backend", "none", "--data-dir", server.data_dir)
    assert held.returncode == 1
    assert re.search(rf"^cachette: --data-dir .*another server \(process {pid}, {BINARY.name}\)", held.stderr, re.M), held.stderr

    # The same is seen beforehand.
    report = doctor("--listen", f"127.0.0.1:{server.port}", "--data-dir", server.data_dir)
    assert report["API port"]["mark"] == report["data directory"]["mark"] == "note"
    assert "cachette status" in report["API port"]["mend"]
    report = doctor("--listen", "127.0.0.1:0", "--data-dir", server.data_dir)
    assert report["data directory"]["mark"] == "fail" and str(pid) in report["data directory"]["detail"]


def doctor(*flags, env=None, code=None):
    done = run("doctor", "--json", *flags, env=env)
    report = json.loads(done.stdout)
    assert done.returncode == (0 if report["ready"] else 1)
    assert code in (None, done.returncode), report
    return {check["what"]: check for check in report["checks"]}


def test_the_doctor_tells_what_is_missing(tmp_path):
    here = ["--listen", "127.0.0.1:0", "--data-dir", tmp_path / "data"]
    report = doctor("--backend", "process", *here, code=0)
    assert [report[f"{engine} program"]["mark"] for engine in ("redis", "valkey", "memcached")] == ["ok"] * 3
    assert "Docker" not in report and not (tmp_path / "data").exists(), "nothing is changed"

    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "apk").write_text("")
    empty = {"PATH": str(tools), "DOCKER_HOST": f"unix://{tmp_path}/docker.sock"}
    report = doctor(*here, env=empty, code=1)
    assert report["engines"]["mark"] == "fail"
    assert report["redis program"]["mend"].endswith("apk add redis")
    assert "apk add docker" in report["Docker"]["mend"]

    text = run("doctor", "--backend", "process", *here)
    assert text.returncode == 0 and "\x1b" not in text.stdout
    assert re.search(r"^ok +redis program +\d", text.stdout, re.M), text.stdout


def test_status_shows_what_there_is(own_server, backend):
    if backend != "process":
        pytest.skip("has nothing to do with the backend")
    nobody = run("status", "--url", f"http://localhost:{free_port()}")
    assert nobody.returncode == 1 and re.fullmatch(r"cachette: no server answers at .*`cachette serve`.*\n", nobody.stderr)

    server = own_server()
    url = {"AWS_ENDPOINT_URL_ELASTICACHE": f"http://localhost:{server.port}"}
    assert "No caches." in run("status", env=url).stdout
    client = server.client()
    cluster = create(client, "my-cache")
    client.create_replication_group(ReplicationGroupId="my-group", ReplicationGroupDescription="two", Engine="valkey",
                                    CacheNodeType="cache.t3.micro", NumCacheClusters=2, AutomaticFailoverEnabled=True)

    def group():
        resources = json.loads(run("status", "--json", env=url).stdout)["resources"]
        by_id = {resource["id"]: resource for resource in resources}
        return by_id if by_id["my-group"]["status"] == "available" else None

    shown = wait_for(group, what="the group")
    port = cluster["CacheNodes"][0]["Endpoint"]["Port"]
    assert shown["my-cache"]["endpoints"] == [f"localhost:{port}"] and shown["my-cache"]["why"] is None
    described = client.describe_replication_groups(ReplicationGroupId="my-group")["ReplicationGroups"][0]["NodeGroups"][0]
    ports = [described["PrimaryEndpoint"]["Port"], described["ReaderEndpoint"]["Port"]]
    assert shown["my-group"]["endpoints"] == [f"localhost:{port}" for port in ports]

    table = run("status", env=url).stdout.splitlines()
    heads = next(line for line in table if line.startswith("KIND"))
    row = next(line for line in table if "my-cache" in line)
    assert row[heads.index("STATUS"):].startswith("available") and row.endswith(f"localhost:{port}"), table
    members = [line[heads.index("ID"):] for line in table[table.index(heads):]]
    assert [line.split()[0] for line in members[1:] if "  my-group-" in line] == ["my-group-001", "my-group-002"], table


def test_a_closed_output_is_no_panic():
    for command in (["--help"], ["completion", "bash"], ["doctor", "--backend", "process"]):
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write, "w") as closed:
            done = subprocess.run([BINARY, *command], stdout=closed, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
                                  timeout=60)
        assert "panicked" not in done.stderr, command


def test_help_leads_on(tmp_path):
    nothing = run()
    assert nothing.returncode == 2 and "cachette serve" in nothing.stderr and "cachette doctor" in nothing.stderr
    assert re.fullmatch(r"cachette \d+\.\d+\.\d+\n", run("--version").stdout)
    for how in ("-h", "--help"):
        told = run("serve", how, env={"CACHETTE_CREDENTIALS": "key:hunter2"}).stdout
        heads = re.findall(r"^(\w[\w ]*):$", told, re.M)
        assert {"API", "Endpoints", "Engines", "Storage", "Security", "Watching"} <= set(heads), heads
        assert "[env: CACHETTE_CREDENTIALS]" in told and "hunter2" not in told
    script = tmp_path / "cachette.bash"
    script.write_text(run("completion", "bash").stdout)
    complete = f"source {script}; COMP_WORDS=(cachette doc); COMP_CWORD=1; _cachette cachette doc; echo ${{COMPREPLY[@]}}"
    told = subprocess.run(["bash", "-c", complete], capture_output=True, text=True, timeout=60)
    assert told.stdout.strip() == "doctor", told


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_server_ends_when_it_is_asked(tmp_path, how):
    """At a terminal, whose lines tell people what happens."""
    ours, its = pty.openpty()
    port = free_port()
    command = [BINARY, "serve", "--listen", f"127.0.0.1:{port}", "--backend", "none", "--data-dir", tmp_path / "data"]
    process = subprocess.Popen(command, stdout=its, stderr=its, stdin=subprocess.DEVNULL, env=ENVIRONMENT)
    os.close(its)
    said = b""
    try:
        while b"describe-cache-clusters" not in said:
            said += os.read(ours, 4096)
        assert f"is listening on 127.0.0.1:{port}" in said.decode()
        process.send_signal(how)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
