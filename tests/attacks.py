"""The attacks: each one tries something that a confined call must not be able to do.

An attack is a function of a `Target` that returns normally when it succeeded and raises
when it was stopped. They are plain Python and ctypes, so that the same text runs
unconfined (where it must succeed: the control), in the tiers for tools, and, as a
program, in the tier for external commands.
"""

import ctypes
import encodings.idna
import fcntl
import os
import pty
import resource
import signal
import socket
from dataclasses import dataclass

# Imported above although seldom used: once the walls stand, or the user has changed, nothing can be.
assert encodings.idna
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


@dataclass
class Target:
    """What the attacks aim at, all of it outside the grant."""

    folder: str  # outside, with secret.txt, victim.txt and a folder `sub`
    inside: str  # the granted, writable folder, with mine.txt and a link `out` to the folder outside
    pid: int  # a process of the same user
    tcp: int  # a port that something listens on, on 127.0.0.1
    unix: str  # the path of a listening socket outside
    abstract: str  # the name of a listening abstract socket
    fd: int  # a descriptor of secret.txt that was open in the parent


def call(number: int, *args: object) -> int:
    code = libc.syscall(ctypes.c_long(number), *args)
    if code < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return int(code)


def check(code: int) -> None:
    if code != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _read(path: str) -> bytes:
    with open(path, "rb") as reader:
        return reader.read()


def read_outside(t: Target) -> None:
    assert _read(t.folder + "/secret.txt") == b"secret"


def read_through_dots(t: Target) -> None:
    assert _read(t.inside + "/../" + os.path.basename(t.folder) + "/secret.txt") == b"secret"


def read_through_a_link(t: Target) -> None:
    assert _read(t.inside + "/out/secret.txt") == b"secret"


def read_through_proc_root(t: Target) -> None:
    assert _read("/proc/self/root" + t.folder + "/secret.txt") == b"secret"


def read_by_inherited_descriptor(t: Target) -> None:
    assert os.pread(t.fd, 6, 0) == b"secret"


def list_outside(t: Target) -> None:
    assert "secret.txt" in os.listdir(t.folder)


def write_outside(t: Target) -> None:
    with open(t.folder + "/victim.txt", "w") as writer:
        writer.write("owned")


def create_outside(t: Target) -> None:
    with open(t.folder + "/planted.txt", "x"):
        pass
    os.unlink(t.folder + "/planted.txt")


def truncate_outside(t: Target) -> None:
    os.truncate(t.folder + "/victim.txt", 1)


def unlink_outside(t: Target) -> None:
    os.unlink(t.folder + "/victim.txt")


def rename_out(t: Target) -> None:
    os.rename(t.inside + "/mine.txt", t.folder + "/moved.txt")


def rename_in(t: Target) -> None:
    os.rename(t.folder + "/victim.txt", t.inside + "/stolen.txt")


def hardlink_in(t: Target) -> None:
    os.link(t.folder + "/secret.txt", t.inside + "/linked.txt")
    os.unlink(t.inside + "/linked.txt")


def mkdir_outside(t: Target) -> None:
    os.mkdir(t.folder + "/planted")
    os.rmdir(t.folder + "/planted")


def symlink_outside(t: Target) -> None:
    os.symlink("/etc", t.folder + "/planted")
    os.unlink(t.folder + "/planted")


def chmod_outside(t: Target) -> None:
    os.chmod(t.folder + "/victim.txt", 0o777)


def utime_outside(t: Target) -> None:
    os.utime(t.folder + "/victim.txt", (1, 1))


def xattr_outside(t: Target) -> None:
    os.setxattr(t.folder + "/victim.txt", "user.x", b"1")


def chown_outside(t: Target) -> None:
    os.chown(t.folder + "/victim.txt", os.getuid(), os.getgid())


def secret_environment(t: Target) -> None:
    assert "TEST_SECRET" in os.environ


def environment_of_another(t: Target) -> None:
    assert b"=" in _read(f"/proc/{t.pid}/environ")


def memory_of_another(t: Target) -> None:
    maps = _read(f"/proc/{t.pid}/maps").decode()
    start = int(maps.split("-")[0], 16)
    with open(f"/proc/{t.pid}/mem", "rb") as reader:
        reader.seek(start)
        assert len(reader.read(4)) == 4


def process_vm_read(t: Target) -> None:
    maps = _read(f"/proc/{t.pid}/maps").decode()
    buffer = ctypes.create_string_buffer(4)
    local = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 4)
    remote = (ctypes.c_void_p * 2)(int(maps.split("-")[0], 16), 4)
    call(310, t.pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)


def ptrace_seize(t: Target) -> None:
    call(101, 0x4206, t.pid, None, None)


def signal_another(t: Target) -> None:
    os.kill(t.pid, 0)


def signal_by_pidfd(t: Target) -> None:
    signal.pidfd_send_signal(os.pidfd_open(t.pid), 0)


def steal_descriptor(t: Target) -> None:
    call(438, os.pidfd_open(t.pid), 1, 0)


def renice_another(t: Target) -> None:
    os.setpriority(os.PRIO_PROCESS, t.pid, 5)


def limit_another(t: Target) -> None:
    resource.prlimit(t.pid, resource.RLIMIT_CORE, (0, resource.prlimit(t.pid, resource.RLIMIT_CORE)[1]))


def connect_tcp(t: Target) -> None:
    socket.create_connection(("127.0.0.1", t.tcp), timeout=3).close()


def udp_socket(t: Target) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(("127.0.0.1", t.tcp))
        s.send(b"x")


def netlink_socket(t: Target) -> None:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as s:
        s.bind((0, 0))


def unix_socket(t: Target) -> None:
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(t.unix)


def abstract_socket(t: Target) -> None:
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(t.abstract)


def vsock_socket(t: Target) -> None:
    socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).close()


def run_setuid_root(t: Target) -> None:
    assert os.spawnv(os.P_WAIT, "/bin/mount", ["mount", "--version"]) == 0


def mount_something(t: Target) -> None:
    check(libc.mount(b"none", t.inside.encode(), b"tmpfs", 0, None))
    check(libc.umount2(t.inside.encode(), 0))


def make_user_namespace(t: Target) -> None:
    check(libc.unshare(0x10000000))


def change_root(t: Target) -> None:
    os.chroot(t.folder)


def make_device(t: Target) -> None:
    os.mknod(t.inside + "/device", 0o20600, os.makedev(1, 3))
    os.unlink(t.inside + "/device")


def become_root_again(t: Target) -> None:
    os.setresuid(0, 0, 0)
    assert os.getuid() == 0
    os.listdir("/root")


def add_key(t: Target) -> None:
    call(248, b"user", b"nlsh-test", b"x", 1, -2)


def io_uring(t: Target) -> None:
    os.close(call(425, 1, ctypes.create_string_buffer(120)))


def bpf_program(t: Target) -> None:
    attributes = (ctypes.c_uint32 * 32)(1, 4, 4, 1)
    os.close(call(321, 0, ctypes.byref(attributes), 128))


def userfault(t: Target) -> None:
    os.close(call(323, 1))


def watch_performance(t: Target) -> None:
    attributes = (ctypes.c_uint32 * 32)(1, 112)
    os.close(call(298, ctypes.byref(attributes), 0, -1, -1, 0))


def change_personality(t: Target) -> None:
    call(135, 0x0040000)


def shared_memory(t: Target) -> None:
    identity = call(29, 0, 4096, 0o1600)
    call(31, identity, 0, None)


def inject_terminal_input(t: Target) -> None:
    leader, follower = pty.openpty()
    del leader
    os.setsid() if os.getpid() != os.getsid(0) else None
    fcntl.ioctl(follower, 0x540E, 0)
    fcntl.ioctl(follower, 0x5412, b"x")


def thirty_two_bit_call(t: Target) -> None:
    """x32: getpid with the x32 bit; ENOSYS where the kernel has none of it, so only ever stopped."""
    call(0x40000000 + 39)


def open_by_handle(t: Target) -> None:
    handle = ctypes.create_string_buffer(136)
    ctypes.memmove(handle, (ctypes.c_uint32 * 1)(128), 4)
    mount_id = ctypes.c_int()
    call(303, -100, (t.folder + "/secret.txt").encode(), handle, ctypes.byref(mount_id), 0)
    fd = os.open(t.folder, os.O_RDONLY)
    os.close(call(304, fd, handle, 0))


def signal_everybody(t: Target) -> None:
    os.kill(t.pid, signal.SIGCONT)


def write_sysctl(t: Target) -> None:
    with open("/proc/sys/kernel/hostname", "r+") as writer:
        name = writer.read()
        writer.seek(0)
        writer.write(name)


def set_hostname(t: Target) -> None:
    socket.sethostname(socket.gethostname())


def run_a_program(t: Target) -> None:
    if os.fork() == 0:
        try:
            os.execv("/bin/true", ["true"])
        finally:
            os._exit(9)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 0


def run_from_memory(t: Target) -> None:
    fd = os.memfd_create("x")
    os.write(fd, _read("/bin/true"))
    if os.fork() == 0:
        try:
            os.execve(fd, ["true"], {})
        finally:
            os._exit(9)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 0


def leave_a_daemon(t: Target) -> None:
    if os.fork() == 0:
        os.setsid()
        os._exit(0)
    os.wait()


def start_a_thread(t: Target) -> None:
    import _thread

    done = _thread.allocate_lock()
    done.acquire()
    _thread.start_new_thread(done.release, ())
    assert done.acquire(timeout=3)


def read_through_proc_cwd(t: Target) -> None:
    os.chdir(t.folder)
    assert _read("/proc/self/cwd/secret.txt") == b"secret"


def read_through_the_root_of_another(t: Target) -> None:
    assert _read(f"/proc/{t.pid}/root{t.folder}/secret.txt") == b"secret"


def read_through_a_link_made_now(t: Target) -> None:
    os.symlink(t.folder, t.inside + "/way")
    try:
        assert _read(t.inside + "/way/secret.txt") == b"secret"
    finally:
        os.unlink(t.inside + "/way")


def write_through_a_link_made_now(t: Target) -> None:
    os.symlink(t.folder + "/victim.txt", t.inside + "/way.txt")
    try:
        with open(t.inside + "/way.txt", "w") as writer:
            writer.write("owned")
    finally:
        os.unlink(t.inside + "/way.txt")


def append_outside(t: Target) -> None:
    with open(t.folder + "/victim.txt", "a") as writer:
        writer.write("x")


def exchange_outside(t: Target) -> None:
    """renameat2 with RENAME_EXCHANGE."""
    call(316, -100, (t.inside + "/mine.txt").encode(), -100, (t.folder + "/victim.txt").encode(), 2)
    call(316, -100, (t.inside + "/mine.txt").encode(), -100, (t.folder + "/victim.txt").encode(), 2)


def make_a_pipe_outside(t: Target) -> None:
    os.mkfifo(t.folder + "/planted")
    os.unlink(t.folder + "/planted")


def memory_of_another_by_writing(t: Target) -> None:
    os.close(os.open(f"/proc/{t.pid}/mem", os.O_RDWR))


def descriptors_of_another(t: Target) -> None:
    assert os.readlink(f"/proc/{t.pid}/fd/0")


def compare_kernel_objects(t: Target) -> None:
    call(312, os.getpid(), t.pid, 0, 0, 0)


def advise_another(t: Target) -> None:
    page = ctypes.create_string_buffer(8192)
    vector = (ctypes.c_void_p * 2)((ctypes.addressof(page) + 4095) & ~4095, 4096)
    call(440, os.pidfd_open(t.pid), ctypes.byref(vector), 1, 20, 0)


def pin_another(t: Target) -> None:
    os.sched_setaffinity(t.pid, os.sched_getaffinity(t.pid))


def slow_the_disk_of_another(t: Target) -> None:
    call(251, 1, t.pid, (3 << 13) | 7)


def join_namespaces_of_another(t: Target) -> None:
    fd = os.open(f"/proc/{t.pid}/ns/uts", os.O_RDONLY)
    call(308, fd, 0)


def message_queue(t: Target) -> None:
    call(71, call(68, 0, 0o1600), 0, None)


def semaphores(t: Target) -> None:
    call(66, call(64, 0, 1, 0o1600), 0, 0, None)


def watch_folder(t: Target) -> None:
    call(254, call(253), (t.folder).encode(), 0x100)


def packet_socket(t: Target) -> None:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()


def icmp_socket(t: Target) -> None:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()


def look_up_a_name(t: Target) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"x", ("127.0.0.1", 53))


def listen_on_tcp(t: Target) -> None:
    socket.create_server(("127.0.0.1", 0)).close()


def a_pair_of_sockets(t: Target) -> None:
    for end in socket.socketpair():
        end.close()


def new_mount_api(t: Target) -> None:
    os.close(call(428, -100, b"/", 1))


def kernel_log(t: Target) -> None:
    call(103, 3, ctypes.create_string_buffer(64), 64)


def hog_locked_memory(t: Target) -> None:
    area = ctypes.create_string_buffer(64 << 20)
    check(libc.mlock(area, len(area)))


def open_ten_thousand(t: Target) -> None:
    fds = [os.open("/dev/null" if os.path.exists("/dev/null") else t.inside, os.O_RDONLY) for _ in range(900)]
    for fd in fds:
        os.close(fd)


ATTACKS = {
    name: value
    for name, value in list(globals().items())
    if callable(value)
    and getattr(value, "__module__", "") == __name__
    and getattr(value, "__annotations__", {}).get("t")
}
# What the confined program of tier 3 may do in a world of its own, where it harms nobody.
FREE_IN_TIER_3 = {
    "make_device",
    "udp_socket",
    "run_setuid_root",
    "set_hostname",
    "signal_everybody",
    "shared_memory",
    "message_queue",
    "semaphores",
    "start_a_thread",
    "run_a_program",
    "run_from_memory",
    "leave_a_daemon",
    "a_pair_of_sockets",
    "listen_on_tcp",
    "look_up_a_name",
}
