import type { MarkField, MarkLayout, MarkReading } from "../owner.ts";

const IDENTITY = 0xffff_0000;
const KIND = 0xf00;
const CLUSTER = 0xff;

/**
 * bpf/lib/common.h MARK_MAGIC_*: bits 8–11 say what kind of mark it is; the identity's low 16 bits stand in 16–31, its high
 * 8 bits (the cluster) in 0–7. The BPF programs set most of these: no dump of rules shows where.
 */
const fields: readonly MarkField[] = [
  { mask: 0xff00, value: 0x1400, means: "cilium-mark-overlay-encrypted", setBy: "cilium-set-by-overlay" },
  { mask: 0xff00, value: 0x1d00, means: "cilium-mark-decrypted-overlay", setBy: "cilium-set-by-decrypt" },
  { mask: 0xff00, value: 0x1e00, means: "cilium-mark-wireguard", setBy: "cilium-set-by-encrypt" },
  { mask: KIND, value: 0x200, means: "cilium-mark-to-proxy", setBy: "cilium-set-by-pod" },
  { mask: KIND, value: 0x300, means: "cilium-mark-snat-done", setBy: "cilium-set-by-host" },
  { mask: KIND, value: 0x400, means: "cilium-mark-overlay", setBy: "cilium-set-by-overlay" },
  { mask: KIND, value: 0x500, means: "cilium-mark-egress-gateway", setBy: "cilium-set-by-host" },
  { mask: KIND, value: 0x800, means: "cilium-mark-proxy-world", setBy: "cilium-set-by-proxy" },
  { mask: KIND, value: 0x900, means: "cilium-mark-proxy-endpoint", setBy: "cilium-set-by-proxy" },
  { mask: KIND, value: 0xa00, means: "cilium-mark-proxy-ingress", setBy: "cilium-set-by-proxy" },
  { mask: KIND, value: 0xb00, means: "cilium-mark-proxy-egress", setBy: "cilium-set-by-proxy" },
  { mask: KIND, value: 0xc00, means: "cilium-mark-host" },
  { mask: KIND, value: 0xd00, means: "cilium-mark-decrypt", setBy: "cilium-set-by-decrypt" },
  { mask: KIND, value: 0xe00, means: "cilium-mark-encrypt", setBy: "cilium-set-by-encrypt" },
  { mask: KIND, value: 0xf00, means: "cilium-mark-identity", setBy: "cilium-set-by-pod-identity" },
  { mask: 0xe00, value: 0xa00, means: "cilium-mark-from-proxy", setBy: "cilium-set-by-proxy" },
  { mask: 0xe00, value: 0x800, means: "cilium-mark-proxy-upstream", setBy: "cilium-set-by-proxy" },
  { mask: 0x80, value: 0x80, means: "cilium-mark-primary-eni" },
];

/** What the upper half holds depends on the kind. */
function read(value: number, mask: number): readonly MarkReading[] {
  const kind = value & KIND & mask;
  const upper = value >>> 16;
  if (kind === 0) return [];
  if ((mask & IDENTITY) >>> 0 !== IDENTITY) return [];
  const high = { value: (value & IDENTITY) >>> 0, mask: IDENTITY };
  if (kind === 0x200) {
    // The socket rule sets it so: the packet's socket is known without a port.
    if (upper === 0) return [];
    return [{ ...high, means: "cilium-mark-port", params: { half: hex(upper), port: String(swapped(upper)) } }];
  }
  if (kind === 0x900) return [{ ...high, means: "cilium-mark-endpoint-id", params: { id: String(upper) } }];
  if (!CARRIES_IDENTITY.has(kind)) return [];
  const identity = (value & CLUSTER & mask) * 0x1_0000 + upper;
  const means = identity === 0 ? "cilium-mark-no-identity" : "cilium-mark-identity-of";
  const whole = (high.mask | (mask & CLUSTER)) >>> 0;
  return [{ value: (value & whole) >>> 0, mask: whole, means, params: { id: String(identity) } }];
}

const CARRIES_IDENTITY: ReadonlySet<number> = new Set([0x400, 0xa00, 0xb00, 0xc00, 0xd00, 0xe00, 0xf00]);

/** The BPF program writes the port as it stands in the packet: in network byte order. */
function swapped(half: number): number {
  return ((half & 0xff) << 8) | (half >>> 8);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}

export const ciliumMarks: MarkLayout = { fields, read };
