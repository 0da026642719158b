import { wordsOf } from "../../base/words.ts";
import type { Parsed } from "../../model/diagnostic.ts";
import type { IpvsService } from "../../model/ipvs.ts";
import { linesOf, wordsOfLine } from "../lines.ts";
import type { Line } from "../lines.ts";
import { diagnosticsOf, newReport, quoted, say } from "../report.ts";
import type { ParseOptions, Report } from "../report.ts";
import { readListed } from "./listing.ts";
import type { Columns } from "./listing.ts";
import { readCommand } from "./save.ts";
import { nameOf } from "./service.ts";
import type { Read, ServiceDraft } from "./service.ts";

/**
 * `ipvsadm -S` (with or without `-n`), `ipvsadm -L` and /proc/net/ip_vs. Null: a line could not be read. With a service or a
 * server less, IPVS would do something else, so that nothing is known then.
 */
export function parseIpvsadm(
  text: string,
  file: string,
  options: ParseOptions = {},
): Parsed<readonly IpvsService[] | null> {
  const report = newReport(file, "ipvsadm");
  const services = new Map<string, ServiceDraft>();
  let columns: Columns = "unknown";
  let complete = true;
  for (const line of linesOf(text, report, options)) {
    const header = columnsOf(line.text);
    if (header !== null) columns = header;
    else complete = readLine(line, services, columns, report) && complete;
  }
  services.delete(LAST);
  return { value: complete ? [...services.values()] : null, diagnostics: diagnosticsOf(report) };
}

/** What the two lines above a listing say of its columns; null: the line is none of them. */
function columnsOf(text: string): Columns | null {
  if (text.startsWith("IP Virtual Server version ")) return "unknown";
  if (/^Prot LocalAddress:Port Scheduler Flags\s*$/.test(text)) return "decimal";
  if (/^ {2}-> RemoteAddress:Port Forward Weight/.test(text)) return "hex";
  return /^ {2}-> RemoteAddress:Port +Forward /.test(text) ? "decimal" : null;
}

function readLine(line: Line, services: Map<string, ServiceDraft>, columns: Columns, report: Report): boolean {
  const words = wordsOf(wordsOfLine(line));
  const span = { file: report.file, line: line.number };
  const read = readCommand(words, span) ?? readListed(words, columns, span);
  if (read !== null && add(read, services)) return true;
  say(report, "bad-ipvs-line", span, { text: quoted(line.text.trim()) }, "error");
  return false;
}

/** False: a server of a service that was not listed. */
function add(read: Read, services: Map<string, ServiceDraft>): boolean {
  if (read.kind === "service") {
    services.set(nameOf(read.service.key), read.service);
    services.set(LAST, read.service);
    return true;
  }
  const service = services.get(read.of === "last" ? LAST : nameOf(read.of));
  service?.servers.push(read.server);
  return service !== undefined;
}

/** Where a listing's servers belong: the service that they stand below. */
const LAST = "last";
