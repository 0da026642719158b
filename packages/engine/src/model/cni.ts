/** A network configuration of the container runtime: `/etc/cni/net.d/*.conflist`. */
export interface CniConfig {
  /** The runtime takes the first by name. */
  readonly file: string;
  readonly name: string;
  /** Types of its plugins, in the order in which they are called: `calico`, `istio-cni` … */
  readonly plugins: readonly string[];
  /** As it stands. */
  readonly text: string;
}
