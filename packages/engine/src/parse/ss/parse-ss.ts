import { parseAddress } from "../../base/address.ts";
import type { Address } from "../../base/address.ts";
import type { Word } from "../../base/words.ts";
import type { Parsed } from "../../model/diagnostic.ts";
import type { Draft } from "../../model/draft.ts";
import type { Socket } from "../../model/host.ts";
import { linesOf, sayUnknownLine, wordsOfLine } from "../lines.ts";
import type { Line } from "../lines.ts";
import { diagnosticsOf, newReport, quoted, say, spanOfWord } from "../report.ts";
import type { ParseOptions, Report } from "../report.ts";

export interface SsOptions extends ParseOptions {
  /** What the listing is of, where a listing of one kind (`ss -u`) has no column that tells. */
  readonly proto?: Socket["proto"];
}

/** `ss -tuanp`, with `-e`, `-i`, `-m`, `-o`, `-s`, `-H` and `--inet-sockopt` alike. */
export function parseSs(text: string, file: string, options: SsOptions = {}): Parsed<readonly Socket[]> {
  const report = newReport(file, "ss");
  const sockets: SocketDraft[] = [];
  let header: string | null = null;
  let isPassedOver = false;
  for (const line of linesOf(text, report, options)) {
    const last = sockets.at(-1);
    const isContinuation = /^[\t ]/.test(line.text);
    if (HEADER.test(line.text)) header = line.text;
    else if (isPassedOver && isContinuation) continue;
    else if (last !== undefined && isContinuation) continueSocket(last, line);
    else if ((isPassedOver = OTHER.test(line.text))) continue;
    else {
      const socket = readSocket(line, report, options.proto);
      if (socket === "not-one") sayUnknownLine(report, line);
      else if (socket !== null) {
        if (header !== null) socket.header = header;
        header = null;
        sockets.push(socket);
      }
    }
  }
  return { value: sockets.map(finished), diagnostics: diagnosticsOf(report) };
}

/** The summary of `-s`, and sockets that no packet of IP ever meets, by their `Netid`. */
const OTHER =
  /^(Total: \d|TCP: +\d+ \(|Transport +Total |(RAW|UDP|TCP|INET|FRAG)\s+\d+\s+\d+\s+\d+\s*$|(nl|u_(str|dgr|seq)|p_(raw|dgr)|v_(str|dgr)|xdp|tipc)\s)/;

const HEADER = /^\s*(Netid\s+)?State\s+Recv-Q/;

/** Continuation lines are collected: a long listing is joined once. */
type SocketDraft = Omit<Draft<Socket>, "header" | "text"> & { header: string | null; readonly lines: string[] };

function finished({ lines, header, ...socket }: SocketDraft): Socket {
  return { ...socket, text: lines.join("\n"), ...(header !== null && { header }) };
}

/** `Netid` of the sockets that the walk asks about. A listing of one kind has no such column. */
const PROTOCOLS: ReadonlyMap<string, Socket["proto"]> = new Map<string, Socket["proto"]>([
  ["tcp", "tcp"],
  ["udp", "udp"],
  ["raw", "raw"],
  ["icmp", "icmp"],
  ["icmp6", "icmp"],
]);

const STATE = /^[A-Z][A-Z0-9-]+$/;
const NUMBER = /^\d+$/;

/** One socket; null where an address of it cannot be read, which has been said. */
function readSocket(line: Line, report: Report, proto: Socket["proto"] | undefined): SocketDraft | "not-one" | null {
  const words = wordsOfLine(line);
  const named = PROTOCOLS.get(words[0]?.text ?? "");
  const columns = named === undefined ? words : words.slice(1);
  const [state, , , local, peer] = columns;
  if (state === undefined || local === undefined || peer === undefined || !isSocket(columns)) return "not-one";
  const here = readEnd(local, report);
  const there = readEnd(peer, report);
  if (here === null || there === null) return null;
  const socket: SocketDraft = {
    // Without the column: UNCONN is what ss calls every socket without a connection, LISTEN and ESTAB are TCP's.
    proto: named ?? proto ?? (state.text === "UNCONN" ? "udp" : "tcp"),
    state: state.text,
    localAddress: here.address,
    localPort: here.port,
    peerAddress: there.address,
    peerPort: there.port,
    device: here.device,
    transparent: null,
    uid: null,
    mark: null,
    v6only: null,
    span: { file: report.file, line: line.number },
    header: null,
    lines: [line.text],
  };
  for (const word of columns.slice(5)) readDetail(word.text, socket);
  readOptions(socket, line.text);
  return socket;
}

/** A state, and the lengths of both queues. */
function isSocket([state, received, sent]: readonly Word[]): boolean {
  return STATE.test(state?.text ?? "") && NUMBER.test(received?.text ?? "") && NUMBER.test(sent?.text ?? "");
}

interface End {
  readonly address: Address | null;
  readonly port: number | null;
  readonly device: string | null;
}

/** `10.0.0.1%eth0:68`, `[fe80::1]%eth1:546`, `*:80`, `[::]:*`. */
function readEnd(word: Word, report: Report): End | null {
  const colon = word.text.lastIndexOf(":");
  const [host, device = null] = splitOnce(word.text.slice(0, Math.max(colon, 0)), "%");
  const portText = word.text.slice(colon + 1);
  const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  const address = bare === "*" ? "any" : parseAddress(bare);
  const port = portText === "*" ? "any" : NUMBER.test(portText) ? Number(portText) : null;
  if (address === null || port === null || (port !== "any" && port > 0xffff)) {
    const params = { word: "Address:Port", value: quoted(word.text) };
    say(report, "bad-word-value", spanOfWord(report, word), params, "error");
    return null;
  }
  return { address: address === "any" ? null : address, port: port === "any" ? null : port, device };
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** A word of `-e`: `uid:1000`, `fwmark:0x200`, `v6only:1`. Every other is kept in the text only. */
function readDetail(word: string, socket: SocketDraft): void {
  const [key, value = ""] = splitOnce(word, ":");
  if (key === "uid" && NUMBER.test(value)) socket.uid = Number(value);
  // `-e` prints `sk:` always, and the user only where it is not root.
  else if (key === "sk") socket.uid ??= 0;
  else if (key === "fwmark" && /^0x[0-9a-f]{1,8}$/.test(value)) socket.mark = Number(value);
  else if (key === "v6only") socket.v6only = value === "1";
}

const SOCKOPT = /inet-sockopt: \(([^()]*)\)/;

/** Of `--inet-sockopt`; pages that wrap lines may have it on the line of the socket. */
function readOptions(socket: SocketDraft, text: string): void {
  const options = SOCKOPT.exec(text)?.[1];
  if (options !== undefined) socket.transparent = options.split(" ").includes("transparent");
}

/** A line that goes on about the same socket. */
function continueSocket(socket: SocketDraft, line: Line): void {
  socket.lines.push(line.text);
  readOptions(socket, line.text);
}
