//! The journal: checkpoints in a file that the database's roles cannot reach, one JSON object on each line.
//!
//! A database that was put back to an earlier state lacks checkpoints that stand here. Put the file on storage that the
//! administrators of the database cannot write.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::checkpoint::Checkpoint;

/// The journal of one server.
#[derive(Clone, Debug)]
pub struct Journal {
    path: PathBuf,
}

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be read or written.
    #[error("the file of checkpoints {path} cannot be used ({error})")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// A line is no checkpoint.
    #[error("line {line} of the file of checkpoints is no checkpoint")]
    Line {
        /// Counted from 1; 0 is the last one.
        line: usize,
    },
    /// What should be added does not follow what is there.
    #[error("checkpoint {sequence} does not follow the last one in the file of checkpoints")]
    Fork {
        /// The checkpoint that should be added.
        sequence: i64,
    },
}

impl Journal {
    /// The journal in this file, which the first checkpoint makes.
    pub const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The last checkpoint in it, if there is any.
    ///
    /// # Errors
    ///
    /// [`JournalError::File`] and [`JournalError::Line`].
    pub fn last(&self) -> Result<Option<Checkpoint>, JournalError> {
        match File::open(&self.path) {
            Ok(mut file) => self.last_line(&mut file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.file(error)),
        }
    }

    /// Adds checkpoints, oldest first, and returns when they are on the disk. Those that are there already are left out.
    ///
    /// # Errors
    ///
    /// [`JournalError::Fork`] when they belong to another history than what is there; nothing was written then.
    pub fn append(&self, checkpoints: &[Checkpoint]) -> Result<(), JournalError> {
        let options = OpenOptions::new().read(true).append(true).create(true).open(&self.path);
        let mut file = options.map_err(|error| self.file(error))?;
        // Servers may share the file.
        file.lock().map_err(|error| self.file(error))?;
        self.cut_torn_line(&mut file).map_err(|error| self.file(error))?;
        let mut last = self.last_line(&mut file)?;
        let mut lines = Vec::new();
        for checkpoint in checkpoints {
            let known = last.as_ref().is_some_and(|last| {
                checkpoint.restored.is_none() && checkpoint.sequence <= last.sequence || *last == *checkpoint
            });
            if known {
                continue;
            }
            let follows = match (&last, &checkpoint.restored) {
                (None, _) => true,
                (Some(last), Some(restored)) => restored.abandoned == last.digest(),
                (Some(last), None) => checkpoint.previous == Some(last.digest()),
            };
            if !follows {
                return Err(JournalError::Fork { sequence: checkpoint.sequence });
            }
            serde_json::to_writer(&mut lines, checkpoint).map_err(|error| self.file(error.into()))?;
            lines.push(b'\n');
            last = Some(checkpoint.clone());
        }
        file.write_all(&lines).and_then(|()| file.sync_all()).map_err(|error| self.file(error))
    }

    /// All checkpoints in it, oldest first; none when there is no file. A last line without its end is left out: a server
    /// is writing it, or was killed while it did.
    ///
    /// # Errors
    ///
    /// As [`last`](Self::last); afterwards an item is an error when its line is no checkpoint.
    pub fn read(
        &self,
    ) -> Result<impl Iterator<Item = Result<Checkpoint, JournalError>> + use<>, JournalError> {
        let mut file = match File::open(&self.path) {
            Ok(file) => Some(BufReader::new(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(self.file(error)),
        };
        let path = self.path.clone();
        let lines = std::iter::from_fn(move || {
            let mut line = Vec::new();
            match file.as_mut()?.read_until(b'\n', &mut line) {
                Ok(_) => line.ends_with(b"\n").then_some(Ok(line)),
                Err(error) => {
                    // What comes after it cannot be read either.
                    file = None;
                    Some(Err(JournalError::File { path: path.clone(), error }))
                }
            }
        });
        Ok(lines.enumerate().map(|(index, line)| {
            serde_json::from_slice(&line?).map_err(|_| JournalError::Line { line: index + 1 })
        }))
    }

    /// A process that was killed may have left half a line; the database still has what should have stood there.
    fn cut_torn_line(&self, file: &mut File) -> io::Result<()> {
        let (start, text) = tail(file)?;
        match text.last() {
            None | Some(b'\n') => Ok(()),
            Some(_) => {
                tracing::warn!("the file of checkpoints ended within a line, which was removed");
                let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at as u64 + 1);
                file.set_len(start + whole)
            }
        }
    }

    fn last_line(&self, file: &mut File) -> Result<Option<Checkpoint>, JournalError> {
        let (_, text) = tail(file).map_err(|error| self.file(error))?;
        let Some(end) = text.iter().rposition(|byte| *byte == b'\n') else { return Ok(None) };
        let start = text[..end].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        serde_json::from_slice(&text[start..end]).map(Some).map_err(|_| JournalError::Line { line: 0 })
    }

    fn file(&self, error: io::Error) -> JournalError {
        JournalError::File { path: self.path.clone(), error }
    }
}

/// The end of the file with at least two line ends, or all of it; and where it begins.
fn tail(file: &mut File) -> io::Result<(u64, Vec<u8>)> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut size = 64 * 1024;
    loop {
        let start = length.saturating_sub(size);
        file.seek(SeekFrom::Start(start))?;
        let mut text = Vec::new();
        Read::by_ref(file).take(length - start).read_to_end(&mut text)?;
        let ends = text.iter().filter(|byte| **byte == b'\n').count();
        if start == 0 || ends >= 2 {
            return Ok((start, text));
        }
        size *= 8;
    }
}
