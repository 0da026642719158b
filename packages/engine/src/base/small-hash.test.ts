import { sha224 } from "@noble/hashes/sha2.js";
import { expect, it } from "vitest";
import { smallHash } from "./small-hash.ts";
import { utf8Bytes } from "./utf8.ts";

const hash = smallHash(sha224);

/** The library's own, of everything at once. */
function whole(text: string, before: readonly number[]): Uint8Array {
  return sha224(Uint8Array.from([...before, ...utf8Bytes(text)]));
}

it.each(["", "a", "a".repeat(55), "a".repeat(64), "a".repeat(5000), "политика", "a🙂"])(
  "is the library's hash, whatever was hashed before: %s",
  (text) => {
    const kept = hash("something longer than a block of the hash, which is left in the message".repeat(20));
    const copy = Uint8Array.from(kept);
    expect(hash(text)).toEqual(whole(text, []));
    expect(hash(text, Uint8Array.of(1, 2, 255))).toEqual(whole(text, [1, 2, 255]));
    expect(kept).toEqual(copy);
  },
);
