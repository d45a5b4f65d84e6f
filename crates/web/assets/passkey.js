// Passkeys (W3C Web Authentication): the one thing here that a browser does by script alone.
// Everything that is decided is decided by the server; this only carries bytes.
"use strict";
(() => {
  const form = document.querySelector("form[data-passkey]");
  const output = document.getElementById("passkey-answer");
  if (!form || !output) return;
  const tell = (text) => {
    output.textContent = text;
  };
  if (!window.PublicKeyCredential) {
    tell("This browser has no passkeys.");
    return;
  }
  const decoded = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const encoded = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const fields = Object.fromEntries(new FormData(form));
  const post = async (path, body) => {
    const answer = await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...body, csrf: fields.csrf }),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  const known = (credentials) =>
    (credentials || []).map((one) => ({ ...one, id: decoded(one.id) }));
  const prove = async () => {
    const path = form.getAttribute("action");
    const options = await post(`${path}/options`, {});
    const credential = await navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: decoded(options.challenge),
        allowCredentials: known(options.allowCredentials),
      },
    });
    return post(path, {
      id: encoded(credential.rawId),
      client_data: encoded(credential.response.clientDataJSON),
      authenticator_data: encoded(credential.response.authenticatorData),
      signature: encoded(credential.response.signature),
      next: fields.next,
    });
  };
  const add = async () => {
    const options = await post("/account/passkeys/options", {});
    const credential = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: decoded(options.challenge),
        user: { ...options.user, id: decoded(options.user.id) },
        excludeCredentials: known(options.excludeCredentials),
      },
    });
    return post("/account/passkeys", {
      client_data: encoded(credential.response.clientDataJSON),
      attestation: encoded(credential.response.attestationObject),
    });
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    tell("");
    try {
      const answer = await (form.dataset.passkey === "add" ? add() : prove());
      window.location.assign(answer.next);
    } catch (error) {
      tell("That did not work. Please try again, or use your password.");
    }
  });
})();
