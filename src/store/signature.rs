//! Signatures of a run, in the format of minisign (Ed25519): each lies in `signatures/` under the number of its key, and
//! signs `manifest.json`, which holds the hashes of all other files.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use minisign::{KeyPair, PublicKey, PublicKeyBox, SecretKey, SecretKeyBox, SignatureBox};

use super::Run;
use super::folder::write_new;
use super::manifest::MANIFEST;
use crate::diagnostics::{Code, Diagnostic};

/// The folder of the signatures in a run folder.
pub(super) const SIGNATURES: &str = "signatures/";

/// How the names of signatures end.
const ENDING: &str = ".minisig";

/// What stands in the first line of a signature, which is not signed itself.
const COMMENT: &str = "signature of an Attain run";

/// Whether a path in a run folder is that of a signature: the number of a key, and the ending.
pub(super) fn is_signature(path: &str) -> bool {
    let name = path.strip_prefix(SIGNATURES).and_then(|name| name.strip_suffix(ENDING));
    name.is_some_and(|name| name.len() == 16 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')))
}

/// Makes a new pair of keys: the secret one at `path`, the public one beside it with `.pub` at its end. Without
/// `open` a password is asked for at the terminal.
///
/// # Errors
/// Something is there already, or cannot be written.
pub fn new_key(path: &Path, open: bool) -> Result<(std::path::PathBuf, String), Diagnostic> {
    let bad = |error: &dyn std::error::Error| unusable(format!("the key could not be made: {error}"));
    let mut public_path = path.as_os_str().to_owned();
    public_path.push(".pub");
    let public_path = std::path::PathBuf::from(public_path);
    for path in [path, &public_path] {
        if fs::symlink_metadata(path).is_ok() {
            let problem = unusable(format!("`{}` is there already", path.display()));
            return Err(problem.help("a key is never written over another: name a file that is not there yet"));
        }
    }
    let made = if open { KeyPair::generate_unencrypted_keypair() } else { KeyPair::generate_encrypted_keypair(None) };
    let KeyPair { pk, sk } = made.map_err(|error| bad(&error))?;
    let number = number(pk.keynum());
    let secret = sk.to_box(Some(&format!("attain secret key {number}"))).map_err(|error| bad(&error))?;
    let public = pk.to_box().map_err(|error| bad(&error))?;
    write_new(path, secret.to_string().as_bytes(), true).map_err(|error| bad(&error))?;
    write_new(&public_path, public.to_string().as_bytes(), false).map_err(|error| bad(&error))?;
    Ok((public_path, number))
}

/// Signs a run, all of whose files must be as the run wrote them; says where the signature lies in its folder.
///
/// # Errors
/// A run that was changed, a key that cannot be used, or a signature by this key that is there already.
pub fn sign(run: &Run, key: &Path) -> Result<String, Diagnostic> {
    if let Some(path) = run.check_files().into_keys().next() {
        let message = format!("`{}` cannot be signed: `{path}` is not as the run wrote it", run.root().display());
        return Err(Diagnostic::new(Code::NotSigned, message).help("`attain verify` says of each file what is wrong"));
    }
    let secret = secret_key(key)?;
    let failed = |error: &dyn std::error::Error| {
        Diagnostic::new(Code::NotSigned, format!("`{}` could not be signed: {error}", run.root().display()))
    };
    let number = number(PublicKey::from_secret_key(&secret).map_err(|error| failed(&error))?.keynum());
    let path = format!("{SIGNATURES}{number}{ENDING}");
    if fs::symlink_metadata(run.root().join(&path)).is_ok() {
        let message = format!("the run is signed by the key {number} already");
        return Err(Diagnostic::new(Code::NotSigned, message).help("`attain verify --public-key` checks the signature"));
    }
    let bytes = run.bytes(MANIFEST).map_err(|error| failed(&error))?;
    let comment = format!("attain run {}", run.sha256);
    let made = minisign::sign(None, &secret, Cursor::new(bytes), Some(&comment), Some(COMMENT));
    let made = made.map_err(|error| failed(&error))?;
    fs::create_dir_all(run.root().join(SIGNATURES)).map_err(|error| failed(&error))?;
    write_new(&run.root().join(&path), made.to_string().as_bytes(), false).map_err(|error| failed(&error))?;
    Ok(path)
}

fn secret_key(path: &Path) -> Result<SecretKey, Diagnostic> {
    let unreadable = |error: &dyn std::error::Error| {
        unusable(format!("`{}` is no secret key that can be used: {error}", path.display()))
            .help("name a file that `attain sign --new-key` or `minisign -G` made, and give its password")
    };
    let text = fs::read_to_string(path).map_err(|error| unreadable(&error))?;
    let parse = || SecretKeyBox::from_string(&text).map_err(|error| unreadable(&error));
    // One without a password needs none.
    match parse()?.into_unencrypted_secret_key() {
        Ok(key) => Ok(key),
        Err(_) => parse()?.into_secret_key(None).map_err(|error| unreadable(&error)),
    }
}

/// A public key, given as a file or as its text.
///
/// # Errors
/// It is neither.
pub fn public_key(given: &str) -> Result<PublicKey, Diagnostic> {
    let text = fs::read_to_string(given).unwrap_or_else(|_| given.to_owned());
    let boxed = PublicKeyBox::from_string(&text).and_then(PublicKeyBox::into_public_key);
    boxed.or_else(|_| PublicKey::from_base64(text.trim())).map_err(|error| {
        unusable(format!("`{given}` is no public key: {error}"))
            .help("name the file that ends in `.pub`, or write the line of letters and digits that stands in it")
    })
}

/// The number of a key, as minisign prints it.
pub fn number(keynum: &[u8]) -> String {
    keynum.iter().rev().map(|byte| format!("{byte:02X}")).collect()
}

/// A signature that lies in a run folder.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Its path in the folder.
    pub path: String,
    /// The number of the key in its name.
    pub key: String,
    /// What is wrong with it, where it is checked against a key.
    pub fault: Option<String>,
}

impl Run {
    /// The signatures in the folder, in order of the numbers of their keys. Each must be one of this run by the key in
    /// its name; that of the key given must hold.
    pub fn signatures(&self, key: Option<&PublicKey>) -> Vec<Signed> {
        let entries = fs::read_dir(self.root().join(SIGNATURES)).into_iter().flatten().flatten();
        let mut paths: Vec<String> =
            entries.map(|entry| format!("{SIGNATURES}{}", entry.file_name().to_string_lossy())).collect();
        paths.retain(|path| is_signature(path));
        paths.sort();
        paths.into_iter().map(|path| self.signature(path, key)).collect()
    }

    fn signature(&self, path: String, key: Option<&PublicKey>) -> Signed {
        let name = path.strip_prefix(SIGNATURES).and_then(|name| name.strip_suffix(ENDING));
        let own = name.unwrap_or_default().to_owned();
        let checked = || -> Result<(), String> {
            let words = |error: &dyn std::error::Error| error.to_string();
            let text =
                String::from_utf8(self.bytes(&path).map_err(|error| words(&error))?).map_err(|error| words(&error))?;
            let signature = SignatureBox::from_string(&text).map_err(|error| words(&error))?;
            // The first line is not signed, and the format reads over what else is said.
            if signature.to_string() != text || number(signature.keynum()) != own {
                return Err("it is not as it was made".to_owned());
            }
            let comment = signature.trusted_comment().map_err(|error| words(&error))?;
            let first = signature.untrusted_comment().map_err(|error| words(&error))?;
            if comment.starts_with("attain run ") && !first.ends_with(COMMENT) {
                return Err("it is not as it was made".to_owned());
            }
            if comment.starts_with("attain run ") && comment != format!("attain run {}", self.sha256) {
                return Err("it signs another run".to_owned());
            }
            match key.filter(|key| number(key.keynum()) == own) {
                Some(key) => {
                    let bytes = self.bytes(MANIFEST).map_err(|error| words(&error))?;
                    minisign::verify(key, &signature, Cursor::new(bytes), true, false, false)
                        .map_err(|error| words(&error))
                }
                None => Ok(()),
            }
        };
        let fault = checked().err();
        Signed { path, key: own, fault }
    }
}

fn unusable(message: String) -> Diagnostic {
    Diagnostic::new(Code::BadKey, message)
}
