/** The words of `ip link` and `ip addr` in the order in which iproute2 prints them (ip/ipaddress.c print_linkinfo, print_addrinfo). */
import { printPrefix } from "../../base/address.ts";
import type { Draft } from "../../model/draft.ts";
import type { InterfaceAddress, Link } from "../../model/routing.ts";
import { addressValue, byKeyword, extra, numberValue, phrase, prefixValue, textValue } from "./phrase.ts";
import type { Phrase } from "./phrase.ts";

export type LinkDraft = Draft<Required<Link>>;
export type AddressDraft = Draft<Required<InterfaceAddress>>;

type LinkPhrase = Phrase<Link, LinkDraft>;
type AddressPhrase = Phrase<InterfaceAddress, AddressDraft>;

const netns: LinkPhrase = extra(["link-netns", "link-netnsid"], 1, { before: " ", after: "" });

/** Without a `link/…` line, as `ip -4 addr` prints it, the other namespace stands on the first line. */
const netnsOfHead: LinkPhrase = { ...netns, print: (link) => (link.type === null ? netns.print(link) : "") };
const netnsOfLink: LinkPhrase = { ...netns, print: (link) => (link.type === null ? "" : netns.print(link)) };

/** Behind `N: NAME: <FLAGS>`. */
export const headWords: readonly LinkPhrase[] = [
  phrase(
    "mtu",
    numberValue,
    (l) => l.mtu,
    (d, v) => (d.mtu = v),
  ),
  extra(["xdp", "xdpgeneric", "xdpoffload", "xdpdrv", "xdpmulti"], 0),
  extra(["qdisc"], 1),
  phrase(
    "master",
    textValue,
    (l) => l.master,
    (d, v) => (d.master = v),
  ),
  phrase(
    "state",
    textValue,
    (l) => l.state,
    (d, v) => (d.state = v),
  ),
  extra(["mode"], 1),
  extra(["protodown"], 1),
  phrase(
    "group",
    textValue,
    (l) => l.group,
    (d, v) => (d.group = v),
  ),
  extra(["qlen"], 1, { after: "" }),
  netnsOfHead,
];

/** Behind `link/TYPE MAC`. What `ip -d` adds there is kept as it stands, under `link`. */
export const linkWords: readonly LinkPhrase[] = [
  extra(["brd", "peer", "permaddr"], 1, { before: " ", after: "" }),
  netnsOfLink,
];

const FLAGS: readonly string[] = [
  "secondary",
  "temporary",
  "nodad",
  "optimistic",
  "dadfailed",
  "home",
  "deprecated",
  "tentative",
  "permanent",
  "mngtmpaddr",
  "noprefixroute",
  "autojoin",
  "stable-privacy",
  "dynamic",
];

const flags: AddressPhrase = {
  words: FLAGS,
  read(draft, _words, word) {
    draft.flags.push(word);
    return true;
  },
  print: (address) => address.flags.map((flag) => `${flag} `).join(""),
};

/** Behind `inet ADDRESS`. The label, which has no keyword, follows. */
export const addressWords: readonly AddressPhrase[] = [
  phrase(
    "peer",
    { ...prefixValue, print: printPrefix },
    (a) => a.peer,
    (d, v) => (d.peer = v),
  ),
  extra(["metric"], 1),
  phrase(
    "brd",
    addressValue,
    (a) => a.broadcast,
    (d, v) => (d.broadcast = v),
  ),
  extra(["any"], 1),
  phrase(
    "scope",
    textValue,
    (a) => a.scope,
    (d, v) => (d.scope = v),
  ),
  flags,
  extra(["proto", "flags"], 1),
];

/** On the line below an address. */
export const lifetimeWords: readonly AddressPhrase[] = [extra(["valid_lft", "preferred_lft"], 1)];

export const headKeywords: ReadonlyMap<string, LinkPhrase> = byKeyword(headWords);
export const linkKeywords: ReadonlyMap<string, LinkPhrase> = byKeyword(linkWords);
export const addressKeywords: ReadonlyMap<string, AddressPhrase> = byKeyword([...addressWords, ...lifetimeWords]);
