//! Reading a file from its beginning.

use super::FileProblem;

/// What is left of a file.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next so many bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], FileProblem> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(FileProblem::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next bytes, as many as the array has.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], FileProblem> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| FileProblem::Damaged)
    }

    /// The next two bytes, the high one first.
    pub(super) fn u16_be(&mut self) -> Result<u16, FileProblem> {
        self.array().map(u16::from_be_bytes)
    }

    /// The next four bytes, the highest first.
    pub(super) fn u32_be(&mut self) -> Result<u32, FileProblem> {
        self.array().map(u32::from_be_bytes)
    }

    /// The next four bytes, the lowest first.
    pub(super) fn u32_le(&mut self) -> Result<u32, FileProblem> {
        self.array().map(u32::from_le_bytes)
    }

    /// Refuses anything that is left.
    pub(super) fn end(&self) -> Result<(), FileProblem> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(FileProblem::Trailing)
        }
    }
}

/// A length as a size of this machine.
pub(super) fn size(length: u32) -> Result<usize, FileProblem> {
    usize::try_from(length).map_err(|_| FileProblem::Damaged)
}
