/** Findings, in English: what is wrong, and after the line break what can be done. `{name}` as in en.ts. */
export const lint = {
  "lost-match":
    "{file} leaves out {part} of this rule\n{other} has it: trust that one. What {file} shows must not be restored.",
  "lost-match-nobody-tells":
    "{file} lost {part} of this rule, and nothing tells what it was\nTake the listing again with the iptables that wrote the rule, or add `nft list ruleset`.",
  "match-told-by-name":
    "{file} does not tell all of {part}\nAdd `iptables-save`, taken with the iptables that wrote the rule.",
  "inverted-match":
    "{file} shows this rule inverted: it really has {part}\n{other} tells. nft's text of rules that iptables made is a translation: do not read it as nft's.",
  "changed-part":
    "{file} shows something else than this rule says: {part}\n{other} tells. nft's text of rules that iptables made is a translation: do not read it as nft's.",
  "two-backends":
    "both legacy and nft hold table {table} with rules in it: the kernel runs both\nFind who still writes with the other iptables (`iptables-legacy`, `iptables-nft`), and empty the table that is left over.",
  "filtered-dump":
    "{file} shows only a part: {missing} are not in it\nIt looks filtered (grep) or cut. Rules that no listing shows are taken not to be there.",
  "dump-without-end":
    "{file} shows only a part of table {table}\nIt looks filtered (grep) or cut. Rules that no listing shows are taken not to be there.",
  "listings-differ":
    "{file} should show all of {table}, but has not {missing}, which {other} has\nThey are of different moments. Whether the rules are there is unknown: take both listings at once.",
  "skewed-dump":
    "{file} was printed by an iptables{version} that is older than the one that wrote the rules: {count} lost {matches}\nThe rules themselves are whole. Take the listing with iptables 1.8.8 or later; never restore this one.",
  "missing-rules": "{rules} rules and {chains} chains",
  owner: "what {owner} always writes there",
  "no-findings": "nothing found",
  "findings-count": "{errors} errors, {warnings} warnings, {infos} notes",
} as const;
