import type { Parsed } from "../../model/diagnostic.ts";
import type { Sysctl } from "../../model/host.ts";
import { linesOf, sayUnknownLine } from "../lines.ts";
import type { Line } from "../lines.ts";
import { diagnosticsOf, newReport } from "../report.ts";
import type { ParseOptions } from "../report.ts";

/** `sysctl -a`, and lines of a sysctl.conf: `a = b`, `a=b`. */
export function parseSysctl(text: string, file: string, options: ParseOptions = {}): Parsed<readonly Sysctl[]> {
  const report = newReport(file, "sysctl -a");
  const sysctls: Sysctl[] = [];
  for (const line of linesOf(text, report, options)) {
    const sysctl = readSysctl(line, file);
    if (sysctl === null) sayUnknownLine(report, line);
    else sysctls.push(sysctl);
  }
  return { value: sysctls, diagnostics: diagnosticsOf(report) };
}

const NAME = /^-?[A-Za-z_][^\s=]*[./][^\s=]*$/;

function readSysctl(line: Line, file: string): Sysctl | null {
  const equals = line.text.indexOf("=");
  const name = line.text.slice(0, Math.max(equals, 0)).trim();
  if (!NAME.test(name)) return null;
  const start = line.text.charAt(equals + 1) === " " ? equals + 2 : equals + 1;
  return { name: dotted(name), value: line.text.slice(start), span: { file, line: line.number } };
}

/**
 * The name as `sysctl -a` prints it. Whichever of `.` and `/` comes first separates; the other one then stands for a dot
 * inside a name: `net/ipv4/conf/eth0.100/rp_filter` is `net.ipv4.conf.eth0/100.rp_filter` (procps: slashdot).
 */
function dotted(name: string): string {
  const bare = name.startsWith("-") ? name.slice(1) : name;
  return /^[^.]*\//.test(bare) ? bare.replace(/[./]/g, (separator) => (separator === "/" ? "." : "/")) : bare;
}
