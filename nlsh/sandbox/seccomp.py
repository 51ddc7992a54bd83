"""seccomp: which system calls exist at all inside.

Tiers 1 and 2 have a closed list of allowed calls: a Python tool needs few. Tier 3 runs
programs written by others and has a closed list of denied ones instead.

Covers  metadata calls, sockets, exec, fork, signals, ptrace, mounts, keys, io_uring, bpf
        and everything that a future kernel may add; a foreign architecture is killed.
Not     what the arguments of open and its kin point to: that is Landlock's.

Filters are classic BPF (Linux Documentation/userspace-api/seccomp_filter.rst).
"""

import ctypes
import struct
from functools import cache

from nlsh.sandbox.kernel import MACHINE, NR_SECCOMP, syscall

_X86 = """read 0 write 1 open 2 close 3 stat 4 fstat 5 lstat 6 poll 7 lseek 8 mmap 9 mprotect 10 munmap 11 brk 12
rt_sigaction 13 rt_sigprocmask 14 rt_sigreturn 15 ioctl 16 pread64 17 pwrite64 18 readv 19 writev 20 access 21 pipe 22
select 23 sched_yield 24 mremap 25 msync 26 madvise 28 shmget 29 shmat 30 shmctl 31 dup 32 dup2 33 nanosleep 35 getpid 39
sendfile 40 socket 41 connect 42 sendto 44 recvfrom 45 sendmsg 46 recvmsg 47 bind 49 listen 50 clone 56 execve 59 exit 60
wait4 61 kill 62 uname 63 msgget 68 fcntl 72 flock 73 fsync 74 fdatasync 75 truncate 76 ftruncate 77 getdents 78 getcwd 79
chdir 80 fchdir 81 rename 82 mkdir 83 rmdir 84 creat 85 link 86 unlink 87 symlink 88 readlink 89 chmod 90 fchmod 91
umask 95 gettimeofday 96 getrlimit 97 getrusage 98 sysinfo 99 times 100 ptrace 101 getuid 102 syslog 103 getgid 104
geteuid 107 getegid 108 getppid 110 getpgrp 111 getgroups 115 getpgid 121 getsid 124 sigaltstack 131 utime 132
personality 135 statfs 137 fstatfs 138 setpriority 141 mlock 149 pivot_root 155 prctl 157 chroot 161 acct 163 mount 165
umount2 166 swapon 167 swapoff 168 reboot 169 init_module 175 delete_module 176 quotactl 179 gettid 186 setxattr 188
lsetxattr 189 fsetxattr 190 getxattr 191 lgetxattr 192 fgetxattr 193 listxattr 194 llistxattr 195 flistxattr 196 tkill 200
futex 202 sched_getaffinity 204 getdents64 217 set_tid_address 218 fadvise64 221 clock_gettime 228 clock_getres 229
clock_nanosleep 230 exit_group 231 epoll_wait 232 epoll_ctl 233 tgkill 234 utimes 235 kexec_load 246 add_key 248
request_key 249 keyctl 250 openat 257 mkdirat 258 futimesat 261 newfstatat 262 unlinkat 263 renameat 264 linkat 265
symlinkat 266 readlinkat 267 fchmodat 268 faccessat 269 pselect6 270 ppoll 271 unshare 272 set_robust_list 273 splice 275
move_pages 279 utimensat 280 epoll_pwait 281 fallocate 285 dup3 292 pipe2 293 perf_event_open 298 prlimit64 302
name_to_handle_at 303 open_by_handle_at 304 setns 308 process_vm_readv 310 process_vm_writev 311 kcmp 312 finit_module 313
renameat2 316 seccomp 317 getrandom 318 memfd_create 319 kexec_file_load 320 bpf 321 execveat 322 userfaultfd 323
copy_file_range 326 statx 332 rseq 334 pidfd_send_signal 424 io_uring_setup 425 io_uring_enter 426 io_uring_register 427
open_tree 428 move_mount 429 fsopen 430 fsconfig 431 fsmount 432 fspick 433 pidfd_open 434 clone3 435 close_range 436
openat2 437 pidfd_getfd 438 faccessat2 439 process_madvise 440 mount_setattr 442 fchmodat2 452 iopl 172 ioperm 173
ustat 136 lookup_dcookie 212 vhangup 153 modify_ldt 154 nfsservctl 180 migrate_pages 256 mbind 237 set_mempolicy 238"""
_ARM_DIFFERENT = """read 63 write 64 close 57 fstat 80 lseek 62 mmap 222 mprotect 226 munmap 215 brk 214 rt_sigaction 134
rt_sigprocmask 135 rt_sigreturn 139 ioctl 29 pread64 67 pwrite64 68 readv 65 writev 66 sched_yield 124 mremap 216 msync 227
madvise 233 shmget 194 shmat 196 shmctl 195 dup 23 nanosleep 101 getpid 172 sendfile 71 socket 198 connect 203 sendto 206
recvfrom 207 sendmsg 211 recvmsg 212 bind 200 listen 201 clone 220 execve 221 exit 93 wait4 260 kill 129 uname 160 msgget 186
fcntl 25 flock 32 fsync 82 fdatasync 83 truncate 45 ftruncate 46 getcwd 17 chdir 49 fchdir 50 fchmod 52 umask 166
gettimeofday 169 getrlimit 163 getrusage 165 sysinfo 179 times 153 ptrace 117 getuid 174 syslog 116 getgid 176 geteuid 175
getegid 177 getppid 173 getgroups 158 getpgid 155 getsid 156 sigaltstack 132 personality 92 statfs 43 fstatfs 44
setpriority 140 mlock 228 pivot_root 41 prctl 167 chroot 51 acct 89 mount 40 umount2 39 swapon 224 swapoff 225 reboot 142
init_module 105 delete_module 106 quotactl 60 gettid 178 setxattr 5 lsetxattr 6 fsetxattr 7 getxattr 8 lgetxattr 9
fgetxattr 10 listxattr 11 llistxattr 12 flistxattr 13 tkill 130 futex 98 sched_getaffinity 123 getdents64 61
set_tid_address 96 fadvise64 223 clock_gettime 113 clock_getres 114 clock_nanosleep 115 exit_group 94 epoll_ctl 21 tgkill 131
kexec_load 104 add_key 217 request_key 218 keyctl 219 openat 56 mkdirat 34 newfstatat 79 unlinkat 35 renameat 38 linkat 37
symlinkat 36 readlinkat 78 fchmodat 53 faccessat 48 pselect6 72 ppoll 73 unshare 97 set_robust_list 99 splice 76
move_pages 239 utimensat 88 epoll_pwait 22 fallocate 47 dup3 24 pipe2 59 perf_event_open 241 prlimit64 261
name_to_handle_at 264 open_by_handle_at 265 setns 268 process_vm_readv 270 process_vm_writev 271 kcmp 272 finit_module 273
renameat2 276 seccomp 277 getrandom 278 memfd_create 279 bpf 280 execveat 281 userfaultfd 282 copy_file_range 285 statx 291
rseq 293 kexec_file_load 294 vhangup 58 nfsservctl 42 migrate_pages 238 mbind 235 set_mempolicy 237 lookup_dcookie 18"""

_ALLOWED = """read write open close stat fstat lstat poll lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask
rt_sigreturn pread64 pwrite64 readv writev access select sched_yield mremap msync madvise dup dup2 nanosleep getpid sendfile
sendto recvfrom sendmsg recvmsg exit uname fcntl flock fsync fdatasync truncate ftruncate getdents getcwd chdir fchdir rename
mkdir rmdir creat link unlink symlink readlink umask gettimeofday getrlimit getrusage sysinfo times getuid getgid geteuid
getegid getppid getpgrp getgroups getpgid getsid sigaltstack statfs fstatfs gettid getxattr lgetxattr fgetxattr listxattr
llistxattr flistxattr futex sched_getaffinity getdents64 fadvise64 clock_gettime clock_getres clock_nanosleep exit_group
epoll_wait epoll_ctl openat mkdirat newfstatat unlinkat renameat linkat symlinkat readlinkat faccessat pselect6 ppoll
set_robust_list epoll_pwait fallocate dup3 pipe pipe2 renameat2 getrandom copy_file_range statx rseq close_range openat2
faccessat2""".split()
_METADATA = (
    "chmod fchmod fchmodat fchmodat2 utime utimes utimensat futimesat setxattr lsetxattr fsetxattr".split()
)
_DENIED_TO_PROGRAMS = """ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd pidfd_open pidfd_send_signal kexec_load
kexec_file_load mount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr unshare setns
bpf userfaultfd io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key perf_event_open open_by_handle_at
name_to_handle_at init_module finit_module delete_module swapon swapoff reboot syslog acct quotactl personality iopl ioperm
ustat lookup_dcookie vhangup modify_ldt nfsservctl move_pages migrate_pages mbind set_mempolicy process_madvise
seccomp""".split()

_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_LD, _JEQ, _JGT, _JSET, _RET = 0x20, 0x15, 0x25, 0x45, 0x06
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_LAST_KNOWN = 470
_FD_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5451, 0x5450, 0x5421, 0x40049409, 0x4020940D)
_TTY_INJECTION = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_NEW_NAMESPACES = 0x7E020000  # every CLONE_NEW* flag of clone(2)
_INET_FAMILIES = (2, 10)


@cache
def numbers() -> dict[str, int]:
    """System call numbers of this architecture by name."""

    def table(text: str) -> dict[str, int]:
        fields = text.split()
        return {name: int(number) for name, number in zip(fields[::2], fields[1::2], strict=True)}

    known = table(_X86)
    if MACHINE != "aarch64":
        return known
    shared = {name: number for name, number in known.items() if number >= 424}
    return shared | table(_ARM_DIFFERENT)


class _Program:
    """A BPF program put together instruction by instruction; every check jumps to its own return."""

    def __init__(self) -> None:
        self.code: list[tuple[int, int, int, int]] = []

    def load(self, offset: int) -> None:
        self.code.append((_LD, 0, 0, offset))

    def if_equal(self, value: int, result: int) -> None:
        self.code += [(_JEQ, 0, 1, value), (_RET, 0, 0, result)]

    def if_greater(self, value: int, result: int) -> None:
        self.code += [(_JGT, 0, 1, value), (_RET, 0, 0, result)]

    def if_any_bit(self, bits: int, result: int) -> None:
        self.code += [(_JSET, 0, 1, bits), (_RET, 0, 0, result)]

    def end(self, result: int) -> None:
        self.code.append((_RET, 0, 0, result))

    def on_call(self, number: int, body: "_Program") -> None:
        """Run `body`, which must end in a return, when the call is `number`; the accumulator holds it."""
        self.code += [(_JEQ, 0, len(body.code), number), *body.code]

    def assembled(self) -> bytes:
        return b"".join(struct.pack("<HBBI", *instruction) for instruction in self.code)


def _argument(index: int, high: bool = False) -> int:
    return 16 + 8 * index + (4 if high else 0)


def _only(index: int, values: tuple[int, ...]) -> _Program:
    """Allow when argument `index` is one of `values` in all of its 64 bits."""
    body = _Program()
    body.load(_argument(index, high=True))
    body.if_greater(0, _ERRNO | _EPERM)
    body.load(_argument(index))
    for value in values:
        body.if_equal(value, _ALLOW)
    body.end(_ERRNO | _EPERM)
    return body


def _not(index: int, values: tuple[int, ...]) -> _Program:
    """Deny when the low half of argument `index`, which is what the kernel uses, is one of `values`."""
    body = _Program()
    body.load(_argument(index))
    for value in values:
        body.if_equal(value, _ERRNO | _EPERM)
    body.end(_ALLOW)
    return body


def _head() -> _Program:
    program = _Program()
    program.load(4)
    program.code += [(_JEQ, 1, 0, _AUDIT_ARCH[MACHINE]), (_RET, 0, 0, _KILL)]
    program.load(0)
    if MACHINE == "x86_64":
        program.code += [(_JSET, 0, 1, _X32), (_RET, 0, 0, _KILL)]
    program.if_greater(_LAST_KNOWN, _ERRNO | _ENOSYS)
    return program


@cache
def for_tool(*, metadata: bool, pidfds: tuple[int, ...] = (), truncate: bool = True) -> bytes:
    """The filter of tiers 1 and 2: a closed list; `pidfds` are the only ones that may be signalled.

    Without `truncate` a file is cut by its descriptor alone: for kernels whose Landlock does not watch truncate(2).
    """
    known = numbers()
    program = _head()
    program.on_call(known["ioctl"], _only(1, _FD_IOCTLS))
    program.on_call(known["prlimit64"], _only(0, (0,)))
    if pidfds:
        program.on_call(known["pidfd_send_signal"], _only(0, pidfds))
    for name in [*_ALLOWED, *(_METADATA if metadata else [])]:
        if name in known and (truncate or name != "truncate"):
            program.if_equal(known[name], _ALLOW)
    program.if_equal(known["clone3"], _ERRNO | _ENOSYS)
    program.end(_ERRNO | _EPERM)
    return program.assembled()


@cache
def for_program() -> bytes:
    """The filter of tier 3: what programs of others must never do."""
    known = numbers()
    program = _head()
    program.if_equal(known["clone3"], _ERRNO | _ENOSYS)
    for name in _DENIED_TO_PROGRAMS:
        if name in known:
            program.if_equal(known[name], _ERRNO | _EPERM)
    clone = _Program()
    clone.load(_argument(0))
    clone.if_any_bit(_NEW_NAMESPACES, _ERRNO | _EPERM)
    clone.end(_ALLOW)
    program.on_call(known["clone"], clone)
    program.on_call(known["socket"], _only(0, _INET_FAMILIES))
    program.on_call(known["ioctl"], _not(1, _TTY_INJECTION))
    program.on_call(known["prlimit64"], _only(0, (0,)))
    program.end(_ALLOW)
    return program.assembled()


class _Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def install(program: bytes) -> None:
    """Hold this process to `program` for good; needs no_new_privileges first."""
    count = len(program) // 8
    if count > 4096:
        raise ValueError("the filter is too long")
    syscall(NR_SECCOMP, 1, 0, ctypes.byref(_Filter(count, program)))
