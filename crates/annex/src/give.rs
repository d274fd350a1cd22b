//! Files that a person gets, and the clipboard.
//!
//! Invariant: the address of a file is good until the next is given, because Firefox still reads the one before when it is asked for
//! the next. Not here: what is in them.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlAnchorElement, Url, window};

/// Gives files, one after the other.
#[derive(Debug, Default)]
pub struct Giver {
    /// The address of the file that was given last.
    given: Option<String>,
}

impl Giver {
    /// Gives a file, as a link to it does that is pressed. A browser that refuses a file says so itself.
    pub fn give(&mut self, name: &str, bytes: &[u8]) {
        let given = pressed(name, bytes).ok();
        if let Some(before) = std::mem::replace(&mut self.given, given) {
            let _ = Url::revoke_object_url(&before);
        }
    }
}

/// Presses a link to a file, and gives the link's address.
fn pressed(name: &str, bytes: &[u8]) -> Result<String, JsValue> {
    let document = window().and_then(|window| window.document()).ok_or(JsValue::NULL)?;
    let parts = Array::of1(&Uint8Array::from(bytes));
    let address = Url::create_object_url_with_blob(&Blob::new_with_u8_array_sequence(&parts)?)?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Ok(address)
}

/// Puts a text into the clipboard; says whether the browser let it.
pub async fn copy(text: &str) -> bool {
    let clipboard = window().map(|window| window.navigator().clipboard());
    // A page that came over an insecure connection has no clipboard.
    match clipboard.filter(|clipboard| !clipboard.is_undefined()) {
        Some(clipboard) => JsFuture::from(clipboard.write_text(text)).await.is_ok(),
        None => false,
    }
}
