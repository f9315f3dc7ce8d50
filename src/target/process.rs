//! Starting, awaiting and stopping. No child outlives the harness: each runs in a process group of
//! its own that is killed when its handle is dropped, and the kernel kills it when we are killed.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Child;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::file::{Command, Made, Target};
use super::network::Network;
use super::ports::{self, Port};
use crate::diag::clean;

/// The most that is kept of what a child prints.
const PRINTED: usize = 64 << 10;
/// How long the last words of a server that has ended may take to us.
const LAST_WORDS: Duration = Duration::from_millis(100);
/// How many of them are told: lines, and octets of all together.
const LINES: usize = 12;
const OCTETS: usize = 2000;

/// A text without what nobody is to see of it.
pub type Hide = Rc<dyn Fn(&str) -> String>;

/// What placeholders stand for.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// `{dir}`.
    pub dir: PathBuf,
    /// `{port:NAME}`; ours until the last who knows of them ends.
    pub ports: BTreeMap<String, Rc<Port>>,
    /// `{fresh:NAME}`.
    pub texts: BTreeMap<String, String>,
    /// `{link:NAME}`.
    pub links: BTreeMap<String, SocketAddr>,
    /// `{SETTING}`.
    pub settings: BTreeMap<String, String>,
    /// The network in which programs run, where they have one of their own.
    pub inside: Option<Rc<Network>>,
}

impl Places {
    /// Replaces placeholders. Braces around anything else stay as they are.
    pub fn fill(&mut self, text: &str) -> Result<String, String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            rest = &rest[open..];
            let word = rest[1..].split('}').next().unwrap_or_default();
            let closed = rest.len() > word.len() + 1;
            match self.place(word)?.filter(|_| closed) {
                Some(value) => {
                    out.push_str(&value);
                    rest = &rest[word.len() + 2..];
                }
                None => {
                    out.push('{');
                    rest = &rest[1..];
                }
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    fn place(&mut self, word: &str) -> Result<Option<String>, String> {
        if word == "dir" {
            return Ok(Some(self.dir.display().to_string()));
        }
        if word == "fresh" {
            return Ok(Some(fresh()));
        }
        if let Some(name) = word.strip_prefix("fresh:") {
            return Ok(Some(self.texts.entry(name.to_owned()).or_insert_with(fresh).clone()));
        }
        if let Some(name) = word.strip_prefix("port:") {
            if !self.ports.contains_key(name) {
                let port = ports::take().map_err(|e| format!("no free port: {e}"))?;
                self.ports.insert(name.to_owned(), Rc::new(port));
            }
            return Ok(self.ports.get(name).map(|port| port.number.to_string()));
        }
        if let Some(name) = word.strip_prefix("link:") {
            let (name, part) = match name.strip_suffix(".host") {
                Some(name) => (name, "host"),
                None => name.strip_suffix(".port").map_or((name, ""), |name| (name, "port")),
            };
            let Some(address) = self.links.get(name) else {
                return Err(format!("the suite has no link `{name}` on which we could be called"));
            };
            return Ok(Some(match part {
                "host" => address.ip().to_string(),
                "port" => address.port().to_string(),
                _ => address.to_string(),
            }));
        }
        Ok(self.settings.get(word).cloned())
    }
}

/// A text never used before.
fn fresh() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| d.as_nanos() as u64);
    format!("{:x}-{:x}-{count:x}", std::process::id(), now & 0xffff_ffff)
}

/// A private folder that goes away with its handle.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// An empty one.
    pub fn new() -> Result<Self, String> {
        use std::os::unix::fs::DirBuilderExt;
        let path = std::env::temp_dir().join(format!("stepladder-{}", fresh()));
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|e| format!("cannot make {}: {e}", path.display()))?;
        Ok(Self(path))
    }
}

impl Folder {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A child and everything below it; killed with its handle.
#[derive(Debug)]
struct Troop(Group);

/// A process group, until nobody is left of it: its number may be somebody else's then.
type Group = Rc<Cell<Option<Pid>>>;

impl Troop {
    fn signal(&self, signal: Signal) {
        if let Some(group) = self.0.get() {
            // It may be gone already.
            let _ = kill_process_group(group, signal);
        }
    }

    /// Whether nobody is left of it.
    fn is_gone(&self) -> bool {
        is_empty(&self.0)
    }
}

/// Whether nobody is left of a group. One of which nobody is left is forgotten.
fn is_empty(group: &Group) -> bool {
    let left = group.get().filter(|group| test_kill_process_group(*group).is_ok());
    group.set(left);
    left.is_none()
}

/// Waits until a child has ended. From then on nothing but others of its group keeps its number.
async fn end_of_life(child: &mut Child, group: &Group) -> std::io::Result<ExitStatus> {
    let status = child.wait().await;
    is_empty(group);
    status
}

impl Drop for Troop {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

fn spawn(command: &Command, folder: &Path, places: &mut Places) -> Result<(Child, Troop), String> {
    for name in &command.files {
        let from = folder.join(name);
        let text = std::fs::read_to_string(&from)
            .map_err(|e| format!("cannot read {}: {e}", from.display()))?;
        let to = places.dir.join(Path::new(name).file_name().unwrap_or_default());
        let text = places.fill(&text)?;
        std::fs::write(&to, text).map_err(|e| format!("cannot write {}: {e}", to.display()))?;
        if let Ok(metadata) = std::fs::metadata(&from) {
            let _ = std::fs::set_permissions(&to, metadata.permissions());
        }
    }
    for (name, made) in &command.make {
        let to = places.dir.join(name);
        let octets = match made {
            Made::Blob(blob) => blob.part(0, blob.octets),
            Made::Text(text) => places.fill(text)?.into_bytes(),
        };
        std::fs::write(&to, octets).map_err(|e| format!("cannot write {}: {e}", to.display()))?;
    }
    let words: Result<Vec<String>, String> = command.words.iter().map(|w| places.fill(w)).collect();
    let words = words?;
    let Some((program, words)) = words.split_first() else {
        return Err("no command is given".into());
    };
    let mut process = tokio::process::Command::new(program);
    process
        .args(words)
        .current_dir(&places.dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    for (name, value) in &command.env {
        process.env(name, places.fill(value)?);
    }
    die_with_us(&mut process);
    let child = match &places.inside {
        Some(network) => network.spawn(&mut process, &places.dir)?,
        None => process.spawn(),
    };
    let child = child.map_err(|e| format!("cannot run {program}: {e}"))?;
    let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    Ok((child, Troop(Rc::new(Cell::new(group)))))
}

/// Asks the kernel to kill the child when the thread that started it ends, however it ends.
#[expect(unsafe_code, reason = "the only way to run code between fork and exec")]
fn die_with_us(process: &mut tokio::process::Command) {
    // SAFETY: one system call, no allocation, no lock: nothing that is unsafe after a fork.
    unsafe {
        process.pre_exec(|| {
            rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
                .map_err(std::io::Error::from)
        });
    }
}

/// How a started server ended.
#[derive(Clone, Debug)]
pub struct Gone {
    /// When.
    pub at: Instant,
    /// In words: how, how long after its start, and in lines of their own what it printed last.
    pub text: String,
}

/// A started server.
#[derive(Debug)]
pub struct Running {
    troop: Troop,
    /// How it ended, once it has.
    gone: watch::Receiver<Option<Gone>>,
    /// What placeholders stand for in what is done to it.
    pub places: Places,
    stop: Duration,
    _folder: Folder,
}

impl Running {
    /// Asks it to stop, waits, and kills it if it does not.
    pub async fn stop(mut self) {
        self.troop.signal(Signal::TERM);
        let _ = tokio::time::timeout(self.stop, self.gone.wait_for(Option::is_some)).await;
    }

    /// How it ended, where it has without having been asked to, or does within some time. One whose
    /// children go on is still there.
    pub async fn gone(&self, within: Duration) -> Option<Gone> {
        let mut gone = self.gone.clone();
        let gone = tokio::time::timeout(within, gone.wait_for(Option::is_some)).await;
        let gone = gone.ok()?.ok()?.clone()?;
        self.troop.is_gone().then_some(gone)
    }
}

/// Where a target listens, by link name.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// The addresses of links that have them.
    pub addresses: BTreeMap<String, SocketAddr>,
    /// The interface behind which it is, for links of frames.
    pub interface: Option<String>,
}

/// Where a target listens that runs by itself, or once it is started.
pub fn addresses(target: &Target, places: &mut Places) -> Result<Links, String> {
    let mut links = Links::default();
    let found = &mut links.addresses;
    for (link, text) in &target.links {
        let text = places.fill(text)?;
        // An address has a port.
        if !text.contains(':') {
            links.interface = Some(text);
            continue;
        }
        let address = std::net::ToSocketAddrs::to_socket_addrs(&text)
            .map_err(|e| format!("`{text}` is no address for link `{link}`: {e}"))?
            .next();
        found.insert(link.clone(), address.ok_or_else(|| format!("`{text}` has no address"))?);
    }
    Ok(links)
}

/// Starts a target and waits until it is ready. A target without a start has only addresses.
///
/// `places` says what its placeholders stand for; its folder is made. `hide` is for what it prints.
pub async fn start(
    target: &Target,
    mut places: Places,
    hide: Hide,
) -> Result<(Option<Running>, Links), String> {
    let Some(start) = &target.start else {
        let links = addresses(target, &mut places)?;
        return Ok((None, links));
    };
    let folder = Folder::new()?;
    places.dir.clone_from(&folder.0);
    let began = Instant::now();
    let (mut child, troop) = spawn(&start.command, &target.folder, &mut places)?;
    let links = addresses(target, &mut places)?;
    drop(child.stdin.take());
    let printed = Rc::new(RefCell::new(String::new()));
    let (told, mut ready) = tokio::sync::mpsc::channel::<()>(1);
    let line = start.ready.as_ref().map(|(line, _)| line.clone());
    // Its output is read to the end of its life, so that a full pipe never stops it.
    let mut readers = Vec::new();
    for stream in [
        child.stdout.take().map(|s| Box::pin(s) as std::pin::Pin<Box<dyn AsyncRead>>),
        child.stderr.take().map(|s| Box::pin(s) as std::pin::Pin<Box<dyn AsyncRead>>),
    ]
    .into_iter()
    .flatten()
    {
        let (printed, told, line) = (printed.clone(), told.clone(), line.clone());
        readers.push(tokio::task::spawn_local(async move {
            let mut lines = BufReader::new(stream);
            let mut one = Vec::new();
            // A line without an end is read in pieces.
            let piece = PRINTED as u64;
            while (&mut lines).take(piece).read_until(b'\n', &mut one).await.is_ok_and(|n| n > 0) {
                let text = String::from_utf8_lossy(&one).into_owned();
                if line.as_ref().is_some_and(|line| text.contains(line.as_str())) {
                    let _ = told.try_send(());
                }
                keep_last(&mut printed.borrow_mut(), &text);
                one.clear();
            }
        }));
    }
    drop(told);
    let mut gone =
        attended((child, troop.0.clone()), began, readers, printed.clone(), hide.clone());
    if let Some((line, within)) = &start.ready {
        let came = tokio::time::timeout(*within, async {
            tokio::select! {
                // What it said came before its end.
                biased;
                Some(()) = ready.recv() => None,
                gone = gone.wait_for(Option::is_some) => gone.ok().and_then(|gone| gone.clone()),
            }
        })
        .await;
        match came {
            Ok(None) => {}
            Ok(Some(gone)) => return Err(format!("it ended before it was ready: {}", gone.text)),
            Err(_) => {
                return Err(format!(
                    "it did not print `{line}` within {within:?}; {}",
                    last_lines(&hide(&printed.borrow()))
                ));
            }
        }
    }
    let running = Running { troop, gone, places, stop: start.stop, _folder: folder };
    Ok((Some(running), links))
}

/// Waits for the end of a server, beside everything else, and tells of it.
fn attended(
    (mut child, group): (Child, Group),
    began: Instant,
    readers: Vec<JoinHandle<()>>,
    printed: Rc<RefCell<String>>,
    hide: Hide,
) -> watch::Receiver<Option<Gone>> {
    let (tell, gone) = watch::channel(None);
    tokio::task::spawn_local(async move {
        let status = end_of_life(&mut child, &group).await;
        let (at, lasted) = (Instant::now(), began.elapsed().as_secs_f64());
        // What it said last may still be in its pipes. Children of its own may keep them open.
        let said = async {
            for reader in readers {
                let _ = reader.await;
            }
        };
        let _ = tokio::time::timeout(LAST_WORDS, said).await;
        let how = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        let last = last_lines(&hide(&printed.borrow()));
        tell.send_replace(Some(Gone {
            at,
            text: format!("{how}, {lasted:.1} s after its start; {last}"),
        }));
    });
    gone
}

/// A program that has ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit status; `None` where a signal ended it.
    pub status: Option<i32>,
    /// What it printed, its exit status in words first.
    pub text: String,
}

/// Runs a program to its end, in the folder that `places` names or in one of its own.
///
/// Dropping the future kills it and everything it started.
pub async fn run(command: &Command, folder: &Path, mut places: Places) -> Result<Ended, String> {
    if let Some(prompt) = &command.prompt {
        return ask_operator(prompt).await;
    }
    let _own = if places.dir.as_os_str().is_empty() {
        let own = Folder::new()?;
        places.dir.clone_from(&own.0);
        Some(own)
    } else {
        None
    };
    let stdin = places.fill(&command.stdin)?;
    let (mut child, troop) = spawn(command, folder, &mut places)?;
    let mut input = child.stdin.take();
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let feed = async move {
        if let Some(input) = &mut input {
            // It may end without reading all of it.
            let _ = input.write_all(stdin.as_bytes()).await;
        }
    };
    let end = end_of_life(&mut child, &troop.0);
    let ((), out, err, status) = tokio::join!(feed, all_of(out), all_of(err), end);
    let status = status.map_err(|e| e.to_string())?;
    Ok(Ended { status: status.code(), text: format!("{status}\n{out}{err}") })
}

/// Asks whoever sits at the terminal to do what no program can. The play waits for what happens on
/// the link then.
#[expect(clippy::print_stderr, reason = "the operator reads it")]
async fn ask_operator(prompt: &str) -> Result<Ended, String> {
    if !std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        return Err(format!("an operator at a terminal is needed: {prompt}"));
    }
    eprintln!("\noperator: {}", clean(prompt));
    std::future::pending().await
}

async fn all_of(stream: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut stream) = stream else { return String::new() };
    let (mut text, mut piece) = (String::new(), vec![0; 4096]);
    while let Ok(octets @ 1..) = stream.read(&mut piece).await {
        keep(&mut text, &String::from_utf8_lossy(&piece[..octets]));
    }
    text
}

fn keep(all: &mut String, text: &str) {
    if all.len() < PRINTED {
        all.push_str(text);
    }
}

/// The same of a program that runs as long as we do: of what it prints the last is of use.
fn keep_last(all: &mut String, text: &str) {
    all.push_str(text);
    let too_many = all.len() - end_of(all, PRINTED).len();
    all.drain(..too_many);
}

/// What a program printed last, in words. Nothing is to be hidden of it any more: half a secret is
/// not known as one.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(LINES)..].join("\n");
    match clean(end_of(&last, OCTETS)) {
        none if none.trim().is_empty() => "it printed nothing".to_owned(),
        last => format!("it printed last:\n{last}"),
    }
}

/// The end of a text, of so many octets at most.
pub(super) fn end_of(text: &str, most: usize) -> &str {
    let from = text.len().saturating_sub(most);
    let from = (from..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    &text[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_forgotten_when_nobody_is_left_of_it() {
        let left = |script: &str| {
            let words = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
            let command = Command { words, ..Command::default() };
            let dir = std::env::temp_dir();
            let mut places = Places { dir: dir.clone(), ..Places::default() };
            crate::live::block_on(async {
                let (mut child, troop) = spawn(&command, &dir, &mut places).expect("it starts");
                let status = end_of_life(&mut child, &troop.0).await.expect("it ends");
                assert!(status.success());
                troop.0.get()
            })
            .expect("a runtime")
        };
        assert_eq!(left("exit 0"), None);
        // What its children do is ended with it.
        assert!(left("sleep 60 & exit 0").is_some());
    }
}
