const NOP = 1;

/** One TCP option. */
export interface TcpOption {
  readonly kind: number;
  readonly at: number;
  /** As the option claims, which may be beyond the end; padding is one byte long, and so is one that claims no length. */
  readonly length: number;
}

/** The options one by one, as netfilter walks them: it steps over an end-of-options byte (xt_tcpudp.c tcp_find_option). */
export function tcpOptions(options: Uint8Array): readonly TcpOption[] {
  const out: TcpOption[] = [];
  for (let at = 0; at < options.length;) {
    const kind = options[at] ?? 0;
    const claimed = options[at + 1] ?? 0;
    const length = kind <= NOP || claimed === 0 ? 1 : claimed;
    out.push({ kind, at, length });
    at += length;
  }
  return out;
}

const MSS = 2;
const MSS_BYTES = 4;

/** The first whole MSS option: where it stands, and what it says. */
export function mssOption(options: Uint8Array): { readonly at: number; readonly mss: number } | null {
  const found = tcpOptions(options).find(
    ({ kind, at, length }) => kind === MSS && length === MSS_BYTES && at + length <= options.length,
  );
  if (found === undefined) return null;
  return { at: found.at, mss: ((options[found.at + 2] ?? 0) << 8) | (options[found.at + 3] ?? 0) };
}
