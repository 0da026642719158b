/** Findings, in English: what is wrong, and after the line break what can be done. `{name}` as in en.ts. */
export const lint = {
  // Sets, routing, settings, CNIs.
  "set-missing":
    "{set} is in no listing of sets, and rules name it ({count}): the kernel holds no rule without its set\nThe sets are of another moment, or not all of them were listed: take `ipset save` together with the rules. What such a rule matches is unknown.",
  "set-empty":
    "this rule accepts members of {set}, and it has none: nobody is let in by it\nFind who was to fill it. If it may be empty, the rule does no harm.",
  "set-empty-refuses":
    "this rule refuses all who are no members of {set}, and it has none: it refuses everybody\nFind who was to fill it. Until then the rule lets nobody through.",
  "set-never-matches":
    "this rule matches nothing: it names {sides} of {set}, which has more dimensions ({type})\nName a side for each: `src` or `dst`, joined by commas.",
  "set-always-matches":
    "this rule's `! --match-set` holds for every packet: it names {sides} of {set}, which has more dimensions ({type})\nName a side for each: `src` or `dst`, joined by commas.",
  "set-never-changed":
    "this rule changes nothing: it names {sides} of {set}, which has more dimensions ({type})\nName a side for each: `src` or `dst`, joined by commas.",
  "set-sides-ignored":
    "of {sides} the last are ignored: {set} has fewer dimensions ({type})\nLeave them out, or make the set of the type that the rule was written for.",
  "set-of-other-family":
    "no packet is in {set}: it holds {has} addresses, and the rule is one for {asks}\niptables refuses such a rule. Name the set of the other family.",
  "set-of-other-family-always":
    "every packet is outside of {set}: it holds {has} addresses, and the rule is one for {asks}\niptables refuses such a rule. Name the set of the other family.",
  "set-nearly-full":
    "{set} has room for {most} members and has {count}\nWhat comes after them is refused. Make it anew with a larger `maxelem` (nft: `size`) and swap the two.",
  "set-full":
    "{set} is full: {count} members of {most}; whatever else was to go in is missing\nMake it anew with a larger `maxelem` (nft: `size`) and swap the two.",
  "set-unused": "no rule names {set}\nIf nothing else does (tc can), delete it: `ipset destroy {set}`.",
  "tproxy-without-rule":
    "no routing rule looks at mark {mark}, which TPROXY sets: the packets are routed on, not delivered to the socket\nAdd both: `ip rule add fwmark {mark} lookup TABLE` and `ip route add local default dev lo table TABLE`.",
  "tproxy-without-mark":
    "TPROXY sets no mark, and no routing rule leads to a table of its own: the packets are routed on, not delivered to the socket\nGive it `--tproxy-mark`, and add both: `ip rule add fwmark MARK lookup TABLE` and `ip route add local default dev lo table TABLE`.",
  "tproxy-table-empty":
    "table {table} has no route that delivers here what is for others: what TPROXY takes is routed on, not delivered to the socket\nAdd it: `ip route add local default dev {dev} table {table}`.",
  "tproxy-without-listener":
    "nothing listens on {at} ({protocol}): TPROXY drops what this rule matches\nStart the proxy; if it is gone for good, or listens elsewhere, whoever wrote the rule must write it anew.",
  "tproxy-opaque-listener":
    "the socket on {at} ({protocol}) is not transparent: TPROXY drops what this rule matches\nThe proxy must set IP_TRANSPARENT on it before it listens.",
  "rule-to-empty-table":
    "table {table} is empty: the kernel goes on to the next rule, as if this one were not there\nAdd the routes that it was made for, or delete the rule (`ip rule del`).",
  "route-table-without-default":
    "table {table} has no default route: what it has no route for leaves as the rules behind this one say\nIf all that comes from there is to leave by one device, add its default route.",
  "rule-unreachable":
    "no packet gets to this rule: rule {priority} before it answers for all\nGive it a smaller number, or delete it.",
  "eni-without-number":
    "{count} pods leave by {devices} and table 10, which is that of interface number 0: it has no number of Cilium's, so that another attached it (Terway, before Cilium)\nAnother such interface would write its default route over this one. Detach it, or give it the tag `cilium-eni-index` with a number of its own.",
  "duplicate-ip-rule": "this rule says what rule {priority} says already\nDelete one of them.",
  "rp-filter-asymmetric":
    "{device} drops what comes in for {address} ({count} such addresses): its rp_filter is strict, and an answer would leave by {other}\n`sysctl -w net.ipv4.conf.{device}.rp_filter=2` asks only whether there is a way back at all.",
  "policy-drop-with-cni":
    "the policy drops what pods send: no rule accepts what comes in by {device}\nThe CNI relies on a rule that is not there, or on policy ACCEPT: `iptables -A FORWARD -i {device} -j ACCEPT`, and the way back.",
  "masquerade-between-pods":
    "this rule masquerades what pod {from} sends to pod {to}: the other sees the node in its place, and so do its policies\nLeave the pod networks out (`! -d POD_NETWORK`), or accept before it what stays inside.",
  "masquerade-takes-pods":
    "this rule's sources include the pods of this node ({address}), and no CNI wrote it\nWhat the CNI leaves untranslated on purpose may be masqueraded here. Leave the pod network out, unless that is meant.",
  "conntrack-nearly-full":
    "{count} flows are tracked, and there is room for {most}\nWhere it is full, packets of new connections are dropped. Raise net.netfilter.nf_conntrack_max, or find who opens so many.",
  "conntrack-full":
    "the table of tracked flows is full: {count} of {most}; packets of new connections are dropped\nRaise net.netfilter.nf_conntrack_max, or find who opens so many.",
  "leftovers-of-removed-cni":
    "{owner} left {count} pieces here, and {why}\nIf {owner} no longer runs here, delete them; its rules still decide over packets.",
  "cni-by-configuration": "by {file} the networks of pods are set up by {plugins}",
  "cni-by-work":
    "the networks of pods are those of {owners}: no route leads to a device of {owner}, and packets come to none of its chains or none of the devices that its rules ask for is there",
  "forwarding-off":
    "the node has pods and forwards nothing: {setting} is 0\n`sysctl -w {setting}=1`; the CNI and kubelet rely on it.",
  "forwarding-off-at-device":
    "what comes in by a pod's device is not forwarded: {setting} is 0\n`sysctl -w {setting}=1`; a device made before forwarding was switched on keeps its own 0.",
  "bridge-nf-call-off":
    "no rule sees what goes from pod to pod over {bridge}: {setting} is 0\nA pod that asks a service and is answered by a pod of the same bridge gets an answer from an address that it did not ask. `sysctl -w {setting}=1`.",
  "bridge-netfilter-absent":
    "no rule sees what goes from pod to pod over {bridge}: there is no {setting}, so br_netfilter is not loaded\nA pod that asks a service and is answered by a pod of the same bridge gets an answer from an address that it did not ask. `modprobe br_netfilter`.",
  "service-address-unknown":
    "the node takes packets for {address}, and IPVS has no service there\nA service that was deleted, or one that kube-proxy could not write: its log tells.",
  "service-without-server": "{service} has no server: packets for it are refused\nThe service has no ready endpoint.",

  // Listings and rules.
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
  "masked-copy":
    "{file} shows this rule as if it cleared all bits of the mark but {bits}: it copies these, and keeps the others\nnft's text of rules that iptables made is a translation: do not read it as nft's, nor load it.",
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
    "what Calico had before this one is gone ({count}): {was}{behind}\nFelix writes them again at its next refresh. Find who deleted them.",
  "calico-missing-unknown":
    "what Calico had before this one is gone: its hash does not follow from those that are there{behind}\nFelix writes them again at its next refresh. Find who deleted them.",
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
  "no-output-device":
    "this rule asks for a packet that leaves by {device}, in a chain that {hooks} alone calls: before routing there is no output device, and it never matches\nPut it into FORWARD, OUTPUT or POSTROUTING; else delete it.",
  "no-output-device-negated":
    "`! -o {device}` is no condition here: the chain is called from {hooks} alone, and before routing there is no output device\nThe rule also takes the packets that it means to leave out. For those that come in by the device write `! -i {device}`.",
  "no-input-device":
    "this rule asks for a packet that came in by {device}, in a chain that {hooks} alone calls: packets of the node itself came in by none, and it never matches\nPut it into PREROUTING, INPUT or FORWARD; else delete it.",
  "no-input-device-negated":
    "`! -i {device}` is no condition here: the chain is called from {hooks} alone, and packets of the node itself came in by no device\nLeave it out, or write `! -o {device}`.",
  "duplicate-rule":
    "this rule stands in its chain a second time, and does nothing that rule {first} has not done\nDelete one of them.",
  "duplicate-rule-counts":
    "this rule stands in its chain a second time; rule {first} is the same\nWhat it does is done twice, or rules between make a difference. If that is not meant, delete one of them.",
  "invalid-in-raw":
    "this rule drops by a state of the connection before conntrack has looked ({hooks}): here every packet is INVALID, and it takes all that it asks for otherwise\nMove it behind conntrack: into mangle PREROUTING, or into filter.",
  "missing-jump-target":
    "table {table} has no chain {chain} to jump to: no tool loads such a rule\nThe dump was edited, or puts different moments together. Restored, it fails as a whole.",
  "missing-jump-target-cut":
    "chain {chain} of table {table}, which this rule jumps to, is not shown\nThe listing is cut or filtered. Take it again, whole.",
  "feeder-missing":
    "{from} does not lead to {owner}'s chain {to}: no packet comes to its rules\nSomebody flushed {from}, or deleted the jump. {owner} writes it again when it is restarted.",
  "feeder-out-of-order":
    "this jump to {behind} stands before the one to {before}: what {before} would stop may have been accepted already\nDelete the jump to {before} and have its owner write it again, at the top.",
  "foreign-before-policy":
    "rules that decide stand before the jump to {to} (rule {rule}): {count}\nWhat they take no policy sees. Felix and Cilium put their jumps first when they start; keep your own rules behind them, or in tables of your own.",
  "foreign-before-service":
    "rules that decide stand before the jump to {to} (rule {rule}): {count}\nWhat they take is not translated by it. Put them behind the jump if services are to come first.",
  "nat-without-conntrack":
    "the rules of {chain} never run: nothing in this family needs conntrack, and without it NAT chains are not asked\nA NAT target (MASQUERADE, DNAT …) or a match of conntrack turns it on. Rules that only mark or log belong into mangle.",
  "nat-after-accept":
    "this NAT rule is never asked: rule {by} before it settles all connections that it is for\nThe first rule that matches decides for the whole connection, and ACCEPT decides that nothing is translated. Move the rule before it.",
  "redundant-before-rules":
    "without this rule every packet would fare the same: what it takes, later rules ({by}) take to the same end\nDelete it if it is not there for its counter or for the reader.",
  "redundant-before-end":
    "without this rule every packet would fare the same: what it takes comes to the same end at the end of the chain\nDelete it if it is not there for its counter, or for the day when the policy changes.",
  "redundant-before-rules-and-end":
    "without this rule every packet would fare the same: what it takes, later rules ({by}) or the end of the chain bring to the same end\nDelete it if it is not there for its counter, or for the day when the policy changes.",
  "orphan-chain":
    "no rule leads to chain {chain}: its {rules} rules do nothing\nPut the jump back, or delete the chain.",
  "orphan-chain-empty": "no rule leads to chain {chain}, and it is empty\nDelete it, unless somebody fills it later.",
  "dead-by-counters":
    "{count} rules of this chain have counted no packet, while {packets} have gone past: {rules}\nThe counters begin when the rule is written or set to zero (`-Z`). If that is long ago, nobody needs the rules.",
  "socket-match-missing":
    "TPROXY takes connections of TCP here, and no rule looks for sockets that are there already\nAnswers to what the proxy sends with the address of a client are forwarded past it. Put `-p tcp -m socket --transparent -j MARK --set-xmark MARK` before it, with the mark of the routing rule.",
  "nobody-known": "somebody unknown",
  "missing-rules": "{rules} rules and {chains} chains",
  owner: "what {owner} always writes there",
  "no-findings": "nothing found",
  "shown-by": "a packet that shows it:",
  "findings-count": "errors: {errors}, warnings: {warnings}, notes: {infos}",
} as const;
