// Verify in the browser: that these very bytes stand in the log (RFC 9162 section 2.1.3.2, C2SP tlog-proof).
const encoder = new TextEncoder();
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const decoded = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
const joined = (...parts) => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
};
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

export const leafHash = (entry) => sha256(joined(Uint8Array.of(0), entry));
const nodeHash = (left, right) => sha256(joined(Uint8Array.of(1), left, right));

export async function rootFrom(leaf, index, size, proof) {
  if (index >= size) throw new Error("the place is beyond the end of the log");
  let place = index, last = size - 1n, root = leaf;
  for (const sibling of proof) {
    if (last === 0n) throw new Error("the proof is too long");
    if (place & 1n || place === last) {
      root = await nodeHash(sibling, root);
      while (!(place & 1n) && place !== 0n) { place >>= 1n; last >>= 1n; }
    } else {
      root = await nodeHash(root, sibling);
    }
    place >>= 1n; last >>= 1n;
  }
  if (last !== 0n) throw new Error("the proof is too short");
  return root;
}

export function readReceipt(text) {
  const parting = text.indexOf("\n\n");
  const lines = text.slice(0, parting).split("\n");
  if (parting < 0 || lines.shift() !== "c2sp.org/tlog-proof@v1") throw new Error("this is no tlog-proof");
  if (lines[0].startsWith("extra ")) lines.shift();
  const index = /^index (0|[1-9]\d{0,18})$/.exec(lines.shift() ?? "");
  if (!index) throw new Error("the receipt does not state the place of its entry");
  const signed = text.slice(parting + 2), end = signed.indexOf("\n\n");
  const note = signed.slice(0, end + 1), [origin, size, root] = note.split("\n");
  const signatures = signed.slice(end + 2).split("\n").filter((line) => line.startsWith("— "));
  return { index: BigInt(index[1]), proof: lines.map(decoded), note, origin, size: BigInt(size), root: decoded(root), signatures };
}

export async function isSigned(receipt, vkey) {
  const parts = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey.trim());
  if (!parts) throw new Error("the public key is not of the form name+id+key");
  const [, name, id, encoded] = parts, key = decoded(encoded);
  if (key[0] !== 1 || key.length !== 33) throw new Error("the public key is not an Ed25519 key");
  if (name !== receipt.origin) throw new Error("the public key is of another log");
  const expected = (await sha256(joined(encoder.encode(name + "\n"), key))).slice(0, 4);
  if (hex(expected) !== id) throw new Error("the id of the public key is not that of its bytes");
  const imported = await crypto.subtle.importKey("raw", key.slice(1), { name: "Ed25519" }, false, ["verify"]);
  for (const line of receipt.signatures) {
    const [, signer, value] = line.split(" "), bytes = decoded(value);
    if (signer === name && same(bytes.slice(0, 4), expected)) {
      if (await crypto.subtle.verify("Ed25519", imported, bytes.slice(4), encoder.encode(receipt.note))) return true;
    }
  }
  return false;
}

export async function verify(entry, receiptText, vkey, tell) {
  const receipt = readReceipt(receiptText);
  const leaf = await leafHash(entry);
  tell("good", `The decision has ${entry.length} bytes; its leaf hash is ${hex(leaf)}.`);
  const root = await rootFrom(leaf, receipt.index, receipt.size, receipt.proof);
  if (!same(root, receipt.root)) return tell("bad", "The decision is not what stands in the log at this place."), false;
  tell("good", `It stands at place ${receipt.index} of ${receipt.size} in the log ${receipt.origin}: the inclusion proof leads to the root.`);
  let signed;
  try {
    signed = await isSigned(receipt, vkey);
  } catch (error) {
    if (error.name !== "NotSupportedError") throw error;
    return tell("open", "This browser cannot verify Ed25519 signatures: check the receipt with `countersign log verify`."), null;
  }
  if (!signed) return tell("bad", "The checkpoint is not signed by this key."), false;
  tell("good", "The checkpoint is signed by this key.");
  return true;
}

const SAID = new Map([
  [true, ["notice notice-good", "Verified: this decision stands in the log as it is shown, and the log is signed by this key."]],
  [false, ["notice notice-bad", "Not verified: do not rely on this decision before somebody has looked into it."]],
  [null, ["notice", "Not settled: this browser could not check all of it."]],
]);

const box = document.getElementById("verify");
if (box) {
  const button = document.getElementById("verify-button"), steps = document.getElementById("verify-steps");
  const conclude = (whole) => {
    const line = document.getElementById("verify-said");
    [line.className, line.textContent] = SAID.get(whole);
    line.hidden = false;
    box.dataset.verified = String(whole);
  };
  const tell = (kind, text) => {
    const line = document.createElement("li");
    line.className = `step-${kind}`;
    line.textContent = text;
    steps.append(line);
  };
  const read = async (address) => {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`the gate answered ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  };
  button.disabled = !window.isSecureContext;
  if (!window.isSecureContext) tell("open", "Browsers compute hashes only on pages served over HTTPS.");
  button.addEventListener("click", async () => {
    steps.replaceChildren();
    document.getElementById("verify-said").hidden = true;
    button.disabled = true;
    try {
      const entry = await read(box.dataset.entry), receipt = await read(box.dataset.receipt);
      const whole = await verify(entry, new TextDecoder().decode(receipt), document.getElementById("vkey").value, tell);
      conclude(whole);
    } catch (error) {
      tell("bad", `This could not be verified: ${error.message}`);
      conclude(false);
    }
    button.disabled = false;
  });
}
