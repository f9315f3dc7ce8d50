//! Networks of our own: an implementation sits at the other end of a wire, with nobody else on it,
//! and finds copies where it would change files of this machine.
//!
//! A network is two namespaces without names and a pair of interfaces. It is gone when the last who
//! holds it is gone, however that ends.

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::process::Places;
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_bind, mount_change};
use rustix::thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space, unshare_unsafe};

/// What our end of a wire is called.
const OURS: &str = "ours";
/// What the other end is called where both are ours.
const THEIRS: &str = "theirs";
/// How long an interface may take to come up.
const READY: Duration = Duration::from_secs(5);
/// A folder whose files an implementation finds and may change, and where its changes are.
const SETTINGS: (&CStr, &str) = (c"/etc", "private/etc");
/// Folders that it finds empty.
const STATES: [(&CStr, &str); 3] =
    [(c"/run", "private/run"), (c"/var/lib", "private/lib"), (c"/var/log", "private/log")];

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
        let there = unshared()?;
        ip("link set lo up\n")?;
        let here = unshared()?;
        be_quiet();
        let (interface, process) = (&wiring.interface, std::process::id());
        let place = format!("/proc/{process}/fd/{}", there.as_raw_fd());
        // A wire brings everything to everybody. As a card does, the interface that lies on its end
        // takes only what is for its address, or for all.
        ip(&format!(
            "link set lo up\nlink add {OURS} type veth peer name {THEIRS}\nlink set {THEIRS} up\nlink add link {THEIRS} name {interface} netns {place} type macvlan mode private\n"
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
        let folders = Folders::below(folder)?;
        put_in_place(process, folders);
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

/// What is put in the place of this machine's folders.
struct Folders {
    /// How the settings are laid over those of this machine; a copy of them, where that cannot be.
    settings: Result<CString, CString>,
    states: Vec<(CString, &'static CStr)>,
}

impl Folders {
    /// The folders below another one, made where they are not there.
    fn below(folder: &Path) -> Result<Self, String> {
        let failed = |error| format!("cannot make folders in {}: {error}", folder.display());
        let path = |name: &str| -> Result<CString, String> {
            let path = folder.join(name);
            std::fs::create_dir_all(&path).map_err(failed)?;
            CString::new(path.as_os_str().as_bytes()).map_err(|error| error.to_string())
        };
        let (place, name) = SETTINGS;
        let copied = folder.join(name).exists();
        let changes = path(name)?;
        let settings = match can_lay_over() {
            true => Ok(over(place, &changes, &path("private/work")?)),
            false => {
                if !copied {
                    let from = format!("{}/.", place.to_string_lossy());
                    let mut copy = Command::new("cp");
                    copy.args(["-a", &from, "."]).current_dir(folder.join(name));
                    // What may not be read is not copied.
                    copy.stdout(Stdio::null()).stderr(Stdio::null()).status().map_err(failed)?;
                }
                Err(changes)
            }
        };
        let mut states = Vec::new();
        for (place, name) in STATES {
            states.push((path(name)?, place));
        }
        Ok(Self { settings, states })
    }
}

/// The words in which the kernel is told to lay one folder over another.
fn over(place: &CStr, changes: &CStr, work: &CStr) -> CString {
    let words: [&[u8]; 6] = [
        b"lowerdir=",
        place.to_bytes(),
        b",upperdir=",
        changes.to_bytes(),
        b",workdir=",
        work.to_bytes(),
    ];
    // Its parts have no zero octet, so that it has none.
    CString::new(words.concat()).unwrap_or_default()
}

/// Whether changes can be laid over a folder here, which costs less than to copy it. Not every file
/// system can hold them.
fn can_lay_over() -> bool {
    static CAN: OnceLock<bool> = OnceLock::new();
    *CAN.get_or_init(|| {
        let Ok(folder) = super::process::Folder::new() else { return false };
        let path = |name: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(&path).ok()?;
            CString::new(path.as_os_str().as_bytes()).ok()
        };
        let (Some(changes), Some(work)) = (path("changes"), path("work")) else { return false };
        let words = over(SETTINGS.0, &changes, &work);
        // On a thread of its own, which alone sees what is mounted.
        let tried = std::thread::spawn(move || {
            leave_mounts()?;
            lay_over(&words)
        });
        tried.join().is_ok_and(|tried| tried.is_ok())
    })
}

/// Leaves the mounts that this thread, or this process, shares with others.
#[expect(unsafe_code, reason = "other namespaces and tables could not be left safely")]
fn leave_mounts() -> std::io::Result<()> {
    // SAFETY: only the mounts are left, and with them root and working folder, which a thread may
    // have of its own; open files and memory stay shared.
    unsafe { unshare_unsafe(UnshareFlags::NEWNS | UnshareFlags::FS)? };
    Ok(mount_change(c"/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?)
}

fn lay_over(words: &CStr) -> std::io::Result<()> {
    Ok(mount(c"overlay", SETTINGS.0, c"overlay", MountFlags::empty(), Some(words))?)
}

/// Puts the folders in place once the program's process is there, and nowhere else.
#[expect(unsafe_code, reason = "the only way to run code between fork and exec")]
fn put_in_place(process: &mut tokio::process::Command, folders: Folders) {
    let mounts = move || -> std::io::Result<()> {
        leave_mounts()?;
        match &folders.settings {
            Ok(words) => lay_over(words)?,
            Err(copy) => mount_bind(copy.as_c_str(), SETTINGS.0)?,
        }
        for (folder, place) in &folders.states {
            mount_bind(folder.as_c_str(), *place)?;
        }
        Ok(())
    };
    // SAFETY: system calls alone, no allocation, no lock: nothing that is unsafe after a fork.
    unsafe {
        process.pre_exec(mounts);
    }
}
