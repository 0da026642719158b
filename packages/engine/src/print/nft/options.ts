export interface NftPrintOptions {
  /** `nft -a`: with handles, where they are known. */
  readonly handles?: boolean;
  /** `nft -s`: without counts and what is left of times. */
  readonly stateless?: boolean;
  /** `nft -t`: without what sets hold. */
  readonly terse?: boolean;
}
