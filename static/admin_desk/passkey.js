// Passkeys: what the browser's own dialogue answers goes into the form, and the form is sent.
// Everything else about accounts works without a script.
"use strict";
{
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  const options = () => {
    const given = JSON.parse(document.getElementById("passkey-options").textContent).publicKey;
    given.challenge = bytes(given.challenge);
    if (given.user) given.user.id = bytes(given.user.id);
    for (const list of [given.excludeCredentials, given.allowCredentials]) {
      for (const one of list ?? []) one.id = bytes(one.id);
    }
    return { publicKey: given };
  };

  const answer = (credential) => {
    const response = {};
    for (const name of [
      "clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle",
    ]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    };
  };

  const form = document.querySelector("form[data-passkey]");
  const said = form.querySelector(".account-said");
  if (!window.PublicKeyCredential) {
    said.textContent = form.dataset.missing;
    form.querySelector("button").disabled = true;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    try {
      const credential = await navigator.credentials[form.dataset.passkey](options());
      form.elements.credential.value = JSON.stringify(answer(credential));
      form.submit();
    } catch {
      said.textContent = form.dataset.failed;
    }
  });
}
