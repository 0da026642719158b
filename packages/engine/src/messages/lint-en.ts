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
  "calico-edited":
    "this rule is not what Calico wrote: its hash belongs to {was}{behind}\nFelix compares hashes alone and will not notice. Delete the rule, and Felix writes its own again at its next refresh.",
  "calico-edited-beyond":
    "this rule has words that Calico never writes, under a hash of Calico's{behind}\nDelete the rule, and Felix writes its own again at its next refresh.",
  "calico-missing":
    "{count} rules of Calico are gone before this one: {was}{behind}\nFelix writes them again at its next refresh. Find who deleted them.",
  "calico-missing-unknown":
    "rules of Calico are gone before this one: its hash does not follow from those that are there{behind}\nFelix writes them again at its next refresh. Find who deleted them.",
  "calico-truncated":
    "the chain ends too early: such a chain ends with {was}\nThe listing is cut, or somebody deleted the rule: then Felix writes it again at its next refresh.",
  "calico-reordered":
    "rules of this chain were moved: {moved}; Calico had them in the order {order}{behind}\nDelete the rules that were moved, and Felix writes the chain again at its next refresh.",
  "calico-relabelled":
    "the rule is Calico's, the hash in its comment is not: it should be {hash}\nSomebody wrote the comment by hand. Felix will put the rule right at its next refresh.",
  "calico-duplicated":
    "this rule carries the hash of rule {of} of its chain\nSomebody copied it. Felix deletes it at its next refresh.",
  "calico-foreign":
    "somebody else's rule stands in a chain of Calico\nFelix deletes it at its next refresh. Rules of your own belong into chains of your own.",
  "calico-unexplained":
    "the hash of this rule does not follow from the chain as it is{behind}\nThe rule was edited, or rules before it are gone. Compare with another node of the same version.",
  "calico-unverifiable": "; {count} rules behind it cannot be checked any more",
  contradictory: "no packet matches this rule: {parts} exclude each other\nCorrect one of them, or delete the rule.",
  "contradictory-alone": "no packet matches this rule: its {parts} can never hold\nCorrect it, or delete the rule.",
  shadowed:
    "no packet gets to this rule: all that it asks for is taken earlier in the chain (rule {by})\nIf it is meant to count, it belongs further up; else delete it.",
  "shadowed-same":
    "no packet gets to this rule: all that it asks for is taken earlier in the chain (rule {by}), with the same result\nDelete it, and nothing changes.",
  "shadowed-through-calls":
    "no packet gets to this rule: all that it asks for is taken earlier in the chain (rule {by}, with the marks and chains in use there)\nLook at what they call before changing anything: another change there brings it back to life.",
  "too-large-to-prove":
    "table {table} is too large to prove which of its rules no packet matches\nNothing is said of them; every other check has looked at them.",
  unreachable:
    "no packet that this rule asks for ever comes to its chain, which is called from {hooks}\nIt asks for what is not there (an output device before routing, an input device behind OUTPUT), or its callers let other packets in.",
  overwritten:
    "no packet comes to this rule as it asks for: marks are set otherwise earlier in the chain (rule {by})\nIt may wait for a chain that is empty now; else delete it.",
  "mark-never-read":
    "this rule sets {bits} of the packet's mark, and nothing asks for it: no rule, no routing rule\nIf it is to choose a route, the routing rule is missing (`ip rule add fwmark {bits}/{bits} lookup TABLE`); else delete the rule.",
  "connmark-never-read":
    "this rule sets {bits} of the connection's mark, and nothing asks for it, nor for what it is copied to\nIf it is to choose a route for answers, it must be restored to the packet's mark and a routing rule must ask for it (`ip rule add fwmark {bits}/{bits} lookup TABLE`); else delete the rule.",
  "mark-never-written":
    "this rule asks for {bits} of the packet's mark, which no rule sets\nA program may set it on its sockets, or by BPF. If none does, the rule waits for nothing: find who was to set it.",
  "connmark-never-written":
    "this rule asks for {bits} of the connection's mark, which no rule sets\nFind who was to set it; else delete the rule.",
  "routing-mark-never-written":
    "this routing rule asks for {bits} of the mark, which no rule sets\nA program may set it on its sockets, or by BPF. If none does, delete the rule (`ip rule del`).",
  "mark-conflict":
    "{owner} changes {bits} of the packet's mark, which {other} uses\nWhat the one says with these bits the other takes for its own. Give one of them other bits: most programs have an option for theirs.",
  "connmark-conflict":
    "{owner} changes {bits} of the connection's mark, which {other} uses\nWhat the one says with these bits the other takes for its own. Give one of them other bits: most programs have an option for theirs.",
  "whole-mark-overwrite":
    "this rule sets the whole mark to {value}: what {owners} had put into {bits} is lost on the way to where it is asked for\nSet only bits of your own: `--set-xmark {value}/{value}`, in nft `meta mark set meta mark | {value}`.",
  "nobody-known": "somebody unknown",
  "missing-rules": "{rules} rules and {chains} chains",
  owner: "what {owner} always writes there",
  "no-findings": "nothing found",
  "shown-by": "a packet that shows it:",
  "findings-count": "errors: {errors}, warnings: {warnings}, notes: {infos}",
} as const;
