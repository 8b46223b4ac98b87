// Passkeys: a form marked data-egov-passkey="create" or "get" asks the browser for one when it is sent, puts the answer into
// its field "credential" and goes on its way; the server's next page says what came of it. Where a browser has no passkeys,
// the form stays hidden and the page's other way is all there is.

const BASE64URL = /[+/=]/g;

/** Bytes as unpadded base64url. */
function encode(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replace(BASE64URL, (character) => ({ "+": "-", "/": "_", "=": "" })[character]);
}

/** Unpadded base64url as bytes. */
function decode(text) {
  const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
}

function withIds(descriptors = []) {
  return descriptors.map((descriptor) => ({ ...descriptor, id: decode(descriptor.id) }));
}

/** The server's JSON as what navigator.credentials takes. Newer browsers can do this themselves; all can do this. */
function optionsOf(kind, json) {
  const challenge = decode(json.challenge);
  if (kind === "get") return { ...json, challenge, allowCredentials: withIds(json.allowCredentials) };
  return {
    ...json,
    challenge,
    user: { ...json.user, id: decode(json.user.id) },
    excludeCredentials: withIds(json.excludeCredentials),
  };
}

/** The browser's answer as the JSON that the server reads. */
function jsonOf(credential) {
  const { response } = credential;
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const parts = names.filter((name) => response[name]).map((name) => [name, encode(response[name])]);
  return JSON.stringify({
    id: credential.id,
    rawId: encode(credential.rawId),
    type: credential.type,
    response: Object.fromEntries(parts),
  });
}

/** Ask the server what to ask the browser for; an error holds the server's own sentence. */
async function fetchOptions(form) {
  const value = (name) => form.elements.namedItem(name)?.value ?? "";
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    body: "{}",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRF-Token": value("csrf_token"),
      "X-Browser-Token": value("browser"),
    },
  });
  const { challengeId, ...json } = await answer.json();
  if (!answer.ok) throw new Error(json.detail ?? "");
  if (challengeId) form.elements.namedItem("challenge").value = challengeId;
  return json;
}

function say(form, text) {
  const place = form.querySelector("[data-egov-passkey-message]");
  place.textContent = text;
  place.hidden = !text;
}

/** What went wrong, in the page's language. */
function sentence(form, error) {
  if (error instanceof DOMException) {
    if (error.name === "InvalidStateError") return form.dataset.known;
    return error.name === "NotAllowedError" || error.name === "AbortError" ? form.dataset.cancelled : form.dataset.failed;
  }
  return (error instanceof Error && !(error instanceof TypeError) && error.message) || form.dataset.failed;
}

async function send(form) {
  const kind = form.dataset.egovPasskey;
  say(form, "");
  form.setAttribute("aria-busy", "true");
  try {
    const publicKey = optionsOf(kind, await fetchOptions(form));
    const credential = await navigator.credentials[kind]({ publicKey });
    form.elements.namedItem("credential").value = jsonOf(credential);
    form.submit();
  } catch (error) {
    say(form, sentence(form, error));
  } finally {
    form.removeAttribute("aria-busy");
  }
}

if (window.PublicKeyCredential && window.isSecureContext) {
  for (const form of document.querySelectorAll("form[data-egov-passkey]")) {
    form.hidden = false;
    for (const other of document.querySelectorAll("[data-egov-without-passkeys]")) other.hidden = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (form.getAttribute("aria-busy") !== "true") send(form);
    });
  }
}
