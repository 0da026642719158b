import type { Address, Family } from "../base/address.ts";
import type { IpvsService } from "../model/ipvs.ts";

/** IPVS on this node, as far as the snapshot shows. */
export type Ipvs =
  | IpvsTable
  /** In use, but its services are not listed. */
  | {
      readonly kind: "unlisted";
      /** Addresses that only IPVS answers for: those of kube-ipvs0. */
      readonly addresses: ReadonlySet<Address>;
    }
  /** Nothing shows that it is in use. */
  | { readonly kind: "unseen" };

/** The virtual services, listed. */
export interface IpvsTable {
  readonly kind: "listed";
  /** All of them, as they are listed. */
  readonly services: readonly IpvsService[];
  /** The service that a packet is for; null: none of those whose address is known. */
  find(asked: IpvsQuestion): IpvsService | null;
  /** Services with a name for an address or a port: any packet may be for them. */
  readonly named: readonly IpvsService[];
  /** IPVS keeps conntrack's entries and tells it of its servers (`net.ipv4.vs.conntrack`). */
  readonly conntrack: boolean;
  /** Where no dump says whether it does: what is taken to be so. Null: a dump, or the kernel's default. */
  readonly assumed: string | null;
}

/** What a service is found by. */
export interface IpvsQuestion {
  readonly family: Family;
  readonly mark: number;
  readonly proto: number;
  readonly address: Address;
  readonly port: number;
}
