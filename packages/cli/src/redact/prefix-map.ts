import { createHmac } from "node:crypto";

/**
 * A secret permutation of addresses of one length that keeps prefixes: two addresses that share their first n bits share
 * the first n bits of what they become (Xu et al., Prefix-Preserving IP Address Anonymization, 2002). A bit is turned over
 * or not by a keyed hash of the bits before it, so that without the key nothing leads back.
 */
export interface PrefixMap {
  /** Of the same length as what is given. */
  map(address: Uint8Array): Uint8Array;
}

/** Where bits stay as they are. */
export interface Pin {
  readonly address: Uint8Array;
  /** The bits of `address` from here … */
  readonly from: number;
  /** … to before here stay: whoever shares the bits before one keeps that one, too. */
  readonly to: number;
  /** Everything behind those bits stays as well, whatever it is. */
  readonly isWhole?: true;
}

/** A position after some bits; only those are there whose next bit stays. */
interface Position {
  isKept: boolean;
  isWhole: boolean;
  readonly next: [Position | null, Position | null];
}

const newPosition = (): Position => ({ isKept: false, isWhole: false, next: [null, null] });

export function newPrefixMap(key: Uint8Array, purpose: string, pins: readonly Pin[]): PrefixMap {
  const pinned = pinnedPositions(pins);
  const pads = new Map<string, Buffer>();
  const padOf = (bytes: Uint8Array, length: number): Buffer => {
    const prefix = Buffer.from(bytes.subarray(0, length)).toString("hex");
    const known = pads.get(prefix);
    if (known !== undefined) return known;
    const pad = createHmac("sha256", key).update(`${purpose} ${prefix}`).digest();
    pads.set(prefix, pad);
    return pad;
  };
  return {
    map(address) {
      const mapped = Uint8Array.from(address);
      let position: Position | null = pinned;
      for (let at = 0; at < address.length; at++) {
        const byte = address[at] ?? 0;
        // One hash says of each of the 255 positions inside of a byte whether the next bit turns.
        const pad = padOf(address, at);
        let turned = 0;
        for (let bit = 0; bit < 8; bit++) {
          if (position?.isWhole === true) break;
          const inside = (1 << bit) | (byte >> (8 - bit));
          const turns = ((pad[inside >> 3] ?? 0) >> (inside & 7)) & 1;
          if (position?.isKept !== true) turned |= turns << (7 - bit);
          position = position?.next[bitAt(address, at * 8 + bit)] ?? null;
        }
        mapped[at] = byte ^ turned;
        if (position?.isWhole === true) break;
      }
      return mapped;
    },
  };
}

function pinnedPositions(pins: readonly Pin[]): Position {
  const root = newPosition();
  for (const { address, from, to, isWhole = false } of pins) {
    let position = root;
    for (let bit = 0; bit < to; bit++) {
      if (bit >= from) position.isKept = true;
      position = position.next[bitAt(address, bit)] ??= newPosition();
    }
    position.isWhole ||= isWhole;
  }
  return root;
}

function bitAt(bytes: Uint8Array, bit: number): 0 | 1 {
  return ((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1 ? 1 : 0;
}

/** How many bits two addresses of one length share. */
export function sharedBits(a: Uint8Array, b: Uint8Array): number {
  let bit = 0;
  while (bit < a.length * 8 && bitAt(a, bit) === bitAt(b, bit)) bit++;
  return bit;
}
