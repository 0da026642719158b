import { printAddress } from "../../base/address.ts";
import { addressWords, headKeywords, headWords, lifetimeWords, linkWords } from "../../ext/ip/link.ts";
import { extraOf } from "../../ext/ip/phrase.ts";
import type { InterfaceAddress, Link } from "../../model/routing.ts";
import { lastBlankCut, printExtraWords, printPhrases } from "./phrases.ts";

export interface PrintLinkOptions {
  /** As `ip -o`. */
  readonly oneline?: boolean;
  /** As `ip -br`. */
  readonly brief?: boolean;
}

/** As `ip addr` prints these links and their addresses. */
export function printIpAddr(links: readonly Link[], options: PrintLinkOptions = {}): string {
  if (options.brief === true) return links.map((link) => `${printName(link)}${briefAddresses(link)}\n`).join("");
  if (options.oneline === true) return links.map(onelineAddresses).join("");
  return links.map((link) => printLines([...linkLines(link), ...addressLines(link)], "\n")).join("");
}

/** As `ip link` prints these links. */
export function printIpLink(links: readonly Link[], options: PrintLinkOptions = {}): string {
  if (options.brief === true) {
    return links.map((link) => `${printName(link)}${link.mac ?? ""} <${link.flags.join(",")}> \n`).join("");
  }
  return links.map((link) => printLines(linkLines(link), options.oneline === true ? "\\" : "\n")).join("");
}

function printLines(lines: readonly string[], joint: string): string {
  return `${lines.join(joint)}\n`;
}

function fullName({ name, peer }: Link): string {
  return peer === null ? name : `${name}@${peer}`;
}

/** The columns of `ip -br` (ip/ipaddress.c print_linkinfo_brief). */
function printName(link: Link): string {
  return `${fullName(link).padEnd(16)} ${(link.state ?? "").padEnd(14)} `;
}

function briefAddresses(link: Link): string {
  return link.addresses.map((address) => `${printLocal(address)} ${printPhrases(BRIEF_WORDS, address)}`).join("");
}

const BRIEF_WORDS = addressWords.filter(({ words }) => words.includes("peer") || words.includes("metric"));

/** Every line of a link but those of its addresses. */
function linkLines(link: Link): readonly string[] {
  const head = printPhrases(headWords, link) + printExtraWords(link.extras, headKeywords);
  const lines = [`${String(link.index)}: ${fullName(link)}: <${link.flags.join(",")}> ${head}`];
  if (link.type !== null) {
    const details = extraOf(link, "link");
    const rest = typeof details === "string" ? ` ${details}` : "";
    lines.push(`    link/${link.type} ${link.mac ?? ""}${printPhrases(linkWords, link)}${rest}`);
  }
  return lines.concat(link.details ?? []);
}

function addressLines(link: Link): readonly string[] {
  return [...link.addresses.flatMap(linesOfAddress), ...(link.statistics ?? [])];
}

function linesOfAddress(address: InterfaceAddress): readonly string[] {
  const lifetimes = lastBlankCut(printPhrases(lifetimeWords, address));
  return lifetimes === "" ? [printInet(address)] : [printInet(address), `       ${lifetimes}`];
}

/** A point-to-point address carries the length of its network on the peer. */
function printLocal({ prefix, peer }: InterfaceAddress): string {
  return peer === null ? `${printAddress(prefix.address)}/${String(prefix.length)}` : printAddress(prefix.address);
}

function printInet(address: InterfaceAddress): string {
  const word = typeof address.prefix.address === "number" ? "inet" : "inet6";
  return `    ${word} ${printLocal(address)} ${printPhrases(addressWords, address)}${address.label ?? ""}`;
}

function onelineAddresses(link: Link): string {
  const name = `${String(link.index)}: ${link.name}`;
  return link.addresses.map((address) => `${name}${linesOfAddress(address).join("\\")}\n`).join("");
}
