import { printIptablesSave, selectTables } from "@hookwalk/engine";
import type { Selection, Snapshot } from "@hookwalk/engine";

/** The part of a snapshot as the tool itself would print it. */
export function printDump(form: "iptables-save" | "ipset" | "ip", snapshot: Snapshot, selection: Selection): string {
  switch (form) {
    case "iptables-save":
      return printIptablesSave(selectTables(snapshot, { ...selection, chain: null }).map(({ table }) => table));
    case "ipset":
      return "";
    case "ip":
      return "";
  }
}
