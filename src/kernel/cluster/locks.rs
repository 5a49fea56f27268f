use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;

use super::ClusterError;
use super::error::At;
use super::layout::Layout;

pub(super) const STARTING: &str = "starting.lock";
pub(super) const USERS: &str = "users.lock";
const SERVER: &str = "server.lock";

/// A lock that ends with this value or with the process, however that ends.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// Waits until nobody else makes, starts or stops the cluster.
    pub(super) fn starting(layout: &Layout) -> Result<Self, ClusterError> {
        let file = open(layout, STARTING)?;
        file.lock().at(&layout.home)?;
        Ok(Self(file))
    }

    /// Refuses a second server at once.
    pub(super) fn exclusive(layout: &Layout) -> Result<Self, ClusterError> {
        let file = open(layout, SERVER)?;
        if exclude(&file, layout)? {
            Ok(Self(file))
        } else {
            Err(ClusterError::AlreadyServed(layout.data.clone()))
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone would leave the lock to a child that another thread forks at this moment.
        let _ = self.0.unlock();
    }
}

/// This process's entry in the set of the cluster's users.
#[derive(Debug)]
pub(super) struct Users {
    file: File,
    layout: Layout,
    left: bool,
}

impl Users {
    pub(super) fn join(layout: &Layout) -> Result<Self, ClusterError> {
        let file = open(layout, USERS)?;
        file.lock_shared().at(&layout.home)?;
        Ok(Self { file, layout: layout.clone(), left: false })
    }

    pub(super) fn left(&self) -> bool {
        self.left
    }

    /// Leaves, and returns whether nobody else is left. To be called under [`Lock::starting`], so that nobody
    /// joins between this answer and what is done about it.
    pub(super) fn leave(&mut self) -> Result<bool, ClusterError> {
        self.left = true;
        self.file.unlock().at(&self.layout.home)?;
        let last = exclude(&self.file, &self.layout)?;
        self.file.unlock().at(&self.layout.home)?;
        Ok(last)
    }
}

fn exclude(file: &File, layout: &Layout) -> Result<bool, ClusterError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error).at(&layout.home),
    }
}

fn open(layout: &Layout, name: &str) -> Result<File, ClusterError> {
    let path = layout.home.join(name);
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).at(&path)?;
    layout.account.own(&path).at(&path)?;
    Ok(file)
}
