//! Networks of our own: an implementation sits at the other end of a wire, with nobody else on it,
//! and finds copies where it would change files of this machine.
//!
//! A network is two namespaces without names and a pair of interfaces. It is gone when the last who
//! holds it is gone, however that ends.

use std::ffi::CString;
use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::process::Places;
use rustix::mount::{MountPropagationFlags, mount_bind, mount_change};
use rustix::thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space, unshare_unsafe};

/// What our end of a wire is called.
const OURS: &str = "ours";
/// What the other end is called where both are ours.
const THEIRS: &str = "theirs";
/// How long an interface may take to come up.
const READY: Duration = Duration::from_secs(5);
/// Folders that an implementation has copies of, and whether they begin empty.
const PRIVATE: [(&str, &str, bool); 4] = [
    ("/etc", "private/etc", false),
    ("/run", "private/run", true),
    ("/var/lib", "private/lib", true),
    ("/var/log", "private/log", true),
];

/// Why an implementation is not there.
#[derive(Clone, Debug)]
pub enum Absent {
    /// Something is not installed, or a right is missing.
    Missing(String),
    /// It could not be started.
    Broken(String),
}

impl Absent {
    /// The reason in words.
    pub fn why(&self) -> &str {
        match self {
            Self::Missing(why) | Self::Broken(why) => why,
        }
    }
}

/// The wire to an implementation, as its target describes it. Texts may have placeholders.
#[derive(Clone, Debug)]
pub struct Wiring {
    /// What the implementation's end is called.
    pub interface: String,
    /// The MAC address of that end; empty where any will do.
    pub mac: String,
    /// Addresses of that end, with their prefix length.
    pub addresses: Vec<String>,
    /// Addresses of our end.
    pub ours: Vec<String>,
}

impl Wiring {
    /// The same with placeholders replaced.
    pub fn filled(&self, places: &mut Places) -> Result<Self, String> {
        let mut all = |texts: &[String]| -> Result<Vec<String>, String> {
            texts.iter().map(|text| places.fill(text)).collect()
        };
        let (addresses, ours) = (all(&self.addresses)?, all(&self.ours)?);
        let (interface, mac) = (places.fill(&self.interface)?, places.fill(&self.mac)?);
        Ok(Self { interface, mac, addresses, ours })
    }
}

/// A network; the thread that made it sits at our end of the wire.
#[derive(Debug)]
pub struct Network {
    here: File,
    /// The namespace of the implementation, where one is on the wire.
    there: Option<File>,
}

impl Network {
    /// A network with an implementation's place at the other end.
    ///
    /// Takes this thread out of the namespace it was in, for ever. Fails where the right is missing.
    pub fn to(wiring: &Wiring) -> Result<Self, Absent> {
        // Something is said on an interface that has just come up; of ours, nothing is wanted.
        let there = unshared()?;
        ip("link set lo up\n")?;
        let here = unshared()?;
        be_quiet();
        let (interface, process) = (&wiring.interface, std::process::id());
        let place = format!("/proc/{process}/fd/{}", there.as_raw_fd());
        ip(&format!(
            "link set lo up\nlink add {OURS} type veth peer name {interface} netns {place}\n"
        ))?;
        let network = Self { here, there: Some(there) };
        let mut theirs = String::new();
        if !wiring.mac.is_empty() {
            theirs += &format!("link set {interface} address {}\n", wiring.mac);
        }
        theirs += &format!("link set {interface} up\n");
        for address in &wiring.addresses {
            theirs += &format!("address add {address} dev {interface}\n");
        }
        network.there(|| ip(&theirs))??;
        let mut ours = format!("link set {OURS} up\n");
        for address in &wiring.ours {
            ours += &format!("address add {address} dev {OURS}\n");
        }
        ip(&ours)?;
        wait_for(OURS)?;
        network.there(|| wait_for(interface))??;
        Ok(network)
    }

    /// A network with a wire of which both ends are ours.
    ///
    /// Takes this thread out of the namespace it was in, for ever. Fails where the right is missing.
    pub fn of_ours() -> Result<Self, Absent> {
        let here = unshared()?;
        be_quiet();
        ip(&format!(
            "link set lo up\nlink add {OURS} type veth peer name {THEIRS}\nlink set {OURS} up\nlink set {THEIRS} up\n"
        ))?;
        wait_for(OURS)?;
        wait_for(THEIRS)?;
        Ok(Self { here, there: None })
    }

    /// What the ends of the wire are called that are ours.
    pub fn interfaces(&self) -> [&'static str; 2] {
        [OURS, THEIRS]
    }

    /// Does something at the other end of the wire.
    fn there<T>(&self, work: impl FnOnce() -> T) -> Result<T, Absent> {
        let Some(there) = &self.there else { return Ok(work()) };
        let failed = |error| Absent::Broken(format!("its network cannot be entered: {error}"));
        enter(there).map_err(failed)?;
        let done = work();
        enter(&self.here).map_err(failed)?;
        Ok(done)
    }

    /// Starts a program at the other end of the wire; what it changes of this machine's settings and
    /// states are copies below `folder`.
    pub(super) fn spawn(
        &self,
        process: &mut tokio::process::Command,
        folder: &Path,
    ) -> Result<std::io::Result<tokio::process::Child>, String> {
        let mut mounts = Vec::new();
        for (place, copy, _) in PRIVATE {
            let copy = CString::new(folder.join(copy).as_os_str().as_bytes());
            let place = CString::new(place);
            mounts.push((copy.map_err(|e| e.to_string())?, place.map_err(|e| e.to_string())?));
        }
        copies(folder)?;
        put_in_place(process, mounts);
        self.there(|| process.spawn()).map_err(|absent| absent.why().to_owned())
    }
}

impl Drop for Network {
    /// Ends what an implementation left behind: whoever is still at the other end.
    fn drop(&mut self) {
        let Some(there) = self.there.as_ref().and_then(|there| there.metadata().ok()) else {
            return;
        };
        let is_there = |process: &Path| {
            let space = std::fs::metadata(process.join("ns/net"));
            space.is_ok_and(|s| (s.dev(), s.ino()) == (there.dev(), there.ino()))
        };
        for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
            let process = number.and_then(rustix::process::Pid::from_raw);
            if let Some(process) = process.filter(|_| is_there(&entry.path())) {
                // It may be gone already.
                let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
            }
        }
    }
}

/// Leaves the network namespace of this thread for a new one.
#[expect(unsafe_code, reason = "other namespaces and tables could not be left safely")]
fn unshared() -> Result<File, Absent> {
    // SAFETY: only the network namespace is left; open files and memory stay shared.
    let left = unsafe { unshare_unsafe(UnshareFlags::NEWNET) };
    left.map_err(|error| {
        Absent::Missing(format!(
            "a network of its own needs the right to make one ({error}): run it as root, or behind `unshare --user --map-root-user --net --mount`"
        ))
    })?;
    let space = File::open("/proc/thread-self/ns/net");
    space.map_err(|error| Absent::Missing(format!("/proc cannot be read: {error}")))
}

fn enter(space: &File) -> std::io::Result<()> {
    Ok(move_into_link_name_space(
        std::os::fd::AsFd::as_fd(space),
        Some(LinkNameSpaceType::Network),
    )?)
}

/// Keeps the kernel from saying anything on interfaces of this namespace that have no address.
fn be_quiet() {
    for which in ["all", "default"] {
        // Without IPv6 there is nothing to switch off.
        let _ = std::fs::write(format!("/proc/sys/net/ipv6/conf/{which}/disable_ipv6"), "1");
    }
}

/// Waits until an interface carries frames: it is up some time after it was asked to be, and until
/// then the kernel drops what it sends.
fn wait_for(interface: &str) -> Result<(), Absent> {
    let asked = Instant::now();
    loop {
        if ip(&format!("link show {interface}\n"))?.contains(" state UP ") {
            return Ok(());
        }
        if asked.elapsed() > READY {
            return Err(Absent::Broken(format!("interface `{interface}` does not come up")));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Has iproute2 carry out a few lines in the network namespace of this thread; what it prints.
fn ip(lines: &str) -> Result<String, Absent> {
    let mut command = Command::new("ip");
    command.args(["-batch", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let failed = |error| Absent::Missing(format!("`ip` cannot be run ({error}): install iproute2"));
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(lines.as_bytes()).map_err(failed)?;
    }
    let ended = child.wait_with_output().map_err(failed)?;
    match ended.status.success() {
        true => Ok(String::from_utf8_lossy(&ended.stdout).into_owned()),
        false => {
            let said = String::from_utf8_lossy(&ended.stderr);
            Err(Absent::Broken(format!("`ip` failed: {}", crate::diag::clean(said.trim()))))
        }
    }
}

/// Makes the copies that stand in for folders of this machine, where they are not there.
fn copies(folder: &Path) -> Result<(), String> {
    if folder.join("private").exists() {
        return Ok(());
    }
    let failed = |error| format!("cannot copy folders to {}: {error}", folder.display());
    for (place, copy, empty) in PRIVATE {
        let copy = folder.join(copy);
        std::fs::create_dir_all(&copy).map_err(failed)?;
        if !empty {
            let mut command = Command::new("cp");
            command.args(["-a", &format!("{place}/."), "."]).current_dir(&copy);
            // What may not be read is not copied.
            command.stdout(Stdio::null()).stderr(Stdio::null()).status().map_err(failed)?;
        }
    }
    Ok(())
}

/// Puts the copies in place once the program's process is there, and nowhere else.
#[expect(unsafe_code, reason = "the only way to run code between fork and exec")]
fn put_in_place(process: &mut tokio::process::Command, mounts: Vec<(CString, CString)>) {
    let mount = move || -> std::io::Result<()> {
        // SAFETY: the process has one thread, and shares no file system state with anybody.
        unsafe { unshare_unsafe(UnshareFlags::NEWNS)? };
        let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
        mount_change(c"/", private)?;
        for (copy, place) in &mounts {
            mount_bind(copy.as_c_str(), place.as_c_str())?;
        }
        Ok(())
    };
    // SAFETY: system calls alone, no allocation, no lock: nothing that is unsafe after a fork.
    unsafe {
        process.pre_exec(mount);
    }
}
