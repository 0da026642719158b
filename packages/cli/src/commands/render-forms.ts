import {
  printIpBatch,
  printIptablesRestore,
  printIpvsadm,
  printIptablesSave,
  printNftScript,
  printIpset,
  printSysctl,
} from "@hookwalk/engine";
import type { Snapshot } from "@hookwalk/engine";
import type { Rendered } from "@hookwalk/engine/render";

type Family = keyof Snapshot["tables"];

/** What one family of a rendered node looks like in a form; "": there is nothing of it. */
type Print = (rendered: Rendered, family: Family) => string;

/** The forms that a tool reads, by the tool's name. */
export const RENDER_FORMS = ["iptables-save", "iptables-restore", "nft", "ipset", "ip", "ipvsadm", "sysctl"] as const;

export type RenderForm = (typeof RENDER_FORMS)[number];

const PRINTERS: Readonly<Record<RenderForm, Print>> = {
  "iptables-save": ({ snapshot }, family) => printIptablesSave(snapshot.tables[family] ?? []),
  "iptables-restore": ({ snapshot, inserted }, family) => printIptablesRestore(snapshot.tables[family] ?? [], inserted),
  nft: ({ added }) => printNftScript(added.nft),
  ipset: ({ added }) => printIpset(added.sets),
  ip: ({ added }, family) => printIpBatch(added, family),
  ipvsadm: ({ added }) => printIpvsadm(added.ipvs),
  sysctl: ({ snapshot, added }) =>
    printSysctl([...(snapshot.sysctls?.values() ?? [])].filter(({ name }) => added.sysctls.has(name))),
};

export function printForm(form: RenderForm, rendered: Rendered, family: Family): string {
  return PRINTERS[form](rendered, family);
}

/** The first form that there is something of, which is what people get who ask for none; "": there is nothing. */
export function usualForm(rendered: Rendered, family: Family): string {
  for (const form of RENDER_FORMS) {
    const text = printForm(form, rendered, family);
    if (text !== "") return text;
  }
  return "";
}

/** The forms that there is something of. */
export function formsOf(rendered: Rendered, family: Family): readonly RenderForm[] {
  return RENDER_FORMS.filter((form) => printForm(form, rendered, family) !== "");
}
