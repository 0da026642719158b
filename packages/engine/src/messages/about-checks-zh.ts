import type { aboutChecks as en } from "./about-checks-en.ts";

/** 每项检查何时报告，以及可以怎样处理。 */
export const aboutChecks: Readonly<Record<keyof typeof en, { readonly about: string; readonly fix: string }>> = {
  "bridge-nf-call-off": {
    about:
      "Pod 接在网桥（`cni0`、`weave`）上，服务由 kube-proxy 转换，而规则看不到桥接的帧：`net.bridge.bridge-nf-call-iptables` 为 0，或者列出了全部内核参数却没有它。同一网桥上的 Pod 的应答因此不经过把地址换回来的规则。",
    fix: "把 `net.bridge.bridge-nf-call-iptables` 设为 1（`sysctl -w`），并写入 /etc/sysctl.d。",
  },
  "calico-hash": {
    about:
      "Calico 的链中有规则不是 Felix 所写：被改动、丢失、移动、复制，或由他人加入。Felix 在每条规则的注释里写入链中到此为止所有规则的哈希，并且只比较哈希：规则被改动时它不会察觉。",
    fix: "删除该规则：Felix 在下次刷新时会写回自己的规则。",
  },
  "conntrack-inactive-nat": {
    about:
      "某协议族中没有任何规则需要 conntrack，NAT 链中却有规则。第一条需要 conntrack 的规则（NAT 目标、`-m conntrack`、`ct state` 等）才使内核启用它；未启用时 NAT 链不会被查询。",
    fix: "只打标记或记日志的规则应放在 mangle 中。",
  },
  "conntrack-nearly-full": {
    about:
      "被跟踪的流的表已满九成（警告）或全满（错误）：以 `nf_conntrack_count`（没有该参数时以列出的流数）与 `nf_conntrack_max` 相比。表满时，内核丢弃每个新连接的第一个数据包。",
    fix: "调大 `net.netfilter.nf_conntrack_max`，或查明是谁打开了这么多连接。",
  },
  "contradictory-match": {
    about: "规则自己的匹配条件互相排斥，或者有一个永远不成立。对所有数据包成立，已证明。",
    fix: "改正匹配条件，或删除该规则。",
  },
  "dead-by-counters": {
    about:
      "提示：规则没有计到任何数据包，而至少有 10 000 个数据包从它旁边经过，链中后面的规则或默认策略的计数表明这一点。仅在列表带计数器时（`iptables-save -c`、nft 的 `counter`）检查，不检查已知程序的规则。",
    fix: "计数从规则写入或清零（`iptables -Z`）时开始。若已过去很久，这条规则就没有人需要。",
  },
  "duplicate-ip-rule": {
    about: "路由规则与更早的一条相同，不论优先级和写入者。它的表会被再查一次，结果相同。",
    fix: "删除两条中的一条（`ip rule del`）。",
  },
  "duplicate-rule": {
    about:
      "同一规则在链中出现两次，逐字相同，包括注释。若第二条所做的第一条都已做过，为警告；若仍有作用（记两次日志，或两条之间的规则改变了数据包），为提示。",
    fix: "删除其中一条。常见原因是脚本每次启动都追加规则（`-A`），而不先检查是否已有（`-C`）。",
  },
  "eni-without-number": {
    about:
      "在 ACK 上：Cilium 的规则把 Pod 送往 10 号表，而该表的默认路由与 main 表走不同的设备。Cilium 的表号是 10 加接口编号；0 属于主接口，也属于每个没有标签 `cilium-eni-index` 的接口，例如 Terway 留下的。两个这样的接口共用一张表，后写的默认路由取代先写的（警告）；只有一个时为提示。",
    fix: "卸下该接口，或给它打上标签 `cilium-eni-index`，编号不与其他接口相同。",
  },
  "feeder-missing": {
    about: "已知程序的链中有规则，而内置链不再通往它，也不经由中间的链通往它。",
    fix: "有人清空了内置链，或删除了跳转。写入者重启时会重新写入，多数程序也会自行写入。",
  },
  "feeder-out-of-order": {
    about:
      "内置链中有两个跳转必须分先后：Calico 的须在 KUBE-FORWARD 之前，后者放行带有地址伪装标记的数据包；保存来源网段的 KUBE-PROXY-FIREWALL 须在 KUBE-FORWARD 之前；DOCKER-USER 须在 Docker 放行之前。",
    fix: "删除位置过低的跳转；写入者会把它重新写到最前。",
  },
  "foreign-rule-before-feeder": {
    about:
      "在 Calico、Cilium 或 kube-proxy 的跳转（本应在最前）之前，有规则作出决定（放行、丢弃、转换地址）。若绕过了策略且写入者不明，为警告；若由另一已知程序写入，或只绕过服务，为提示。",
    fix: "自己的规则应放在该跳转之后、Calico 的策略里，或 nft 中自己的表里。",
  },
  "forwarding-off": {
    about: "节点上有 Pod，却不转发任何数据包，或不转发从 Pod 的设备进入的数据包。快照中没有的内核参数不算问题。",
    fix: "打开转发：`sysctl -w net.ipv4.ip_forward=1`，以及设备自己的参数。",
  },
  "input-interface-in-output": {
    about:
      "规则在只由 OUTPUT 调用的链中匹配输入设备。本机发出的数据包没有输入设备：`-i eth0` 永不匹配，`! -i lo` 总是匹配。",
    fix: "把规则移到 PREROUTING、INPUT 或 FORWARD，或改为匹配输出设备。",
  },
  "invalid-dropped-in-raw": {
    about:
      "规则在先于 conntrack 的链（raw，或 nft 中优先级低于 -200）中按连接状态丢弃。那里的数据包都还没有连接条目，两种工具都称之为 INVALID：规则会丢弃其余条件所匹配的一切。",
    fix: "把它移到 conntrack 之后：mangle 的 PREROUTING，或 filter。",
  },
  "leftovers-of-removed-cni": {
    about:
      "节点上 Pod 使用的是另一个 CNI，却有 Calico、Cilium、flannel、Terway、AWS VPC CNI 或 Weave Net 的规则、链、集合、设备、路由或路由规则。以 CNI 配置（按文件名排第一的）为准；快照中没有该配置时，以谁在工作为准：数据包经过其规则、且有路由通往其设备的，在工作；没有路由通往其设备，且数据包不经过其任何链、或其规则所指的设备都不存在的，已不在。与另一个一同运行的不算：flannel、Terway 或 AWS VPC CNI 之上的 Calico 策略，链接在 Terway 之后的 Cilium。",
    fix: "若该 CNI 已不在此运行，删除它留下的东西：它的规则仍在决定数据包的去留。",
  },
  "mark-conflict": {
    about:
      "一方的规则改动了数据包或连接的标记中的某些位，而另一方在使用它们：在规则里，或在规则看不到的程序里（Cilium 的 BPF）。已知 Calico、Cilium、kube-proxy、kubelet、AWS VPC CNI、Terway、Tailscale、Istio、portmap、Weave Net、Docker Swarm 和 WireGuard 各用哪些位，其余由规则本身得知。两个程序有意共用的位不算。",
    fix: "让其中一方改用别的位：Felix 有 `iptablesMarkMask`，kube-proxy 有 `masqueradeBit`。",
  },
  "mark-never-read": {
    about:
      "规则在标记中设置的位没有人查看：任何表中的规则、路由规则、已知程序都不看，它们被复制到的地方也没有人看。仅当快照含有 `ip rule` 时报告。",
    fix: "在 ACK 上 Cilium 写入这两条规则，却不写与之配套的路由规则（`109: from all fwmark 0x80/0x80 lookup main`）：从 eth0 进入者的应答会从 Pod 自己的 ENI 离开。添加该路由规则，或不用此标记。",
  },
  "mark-never-written": {
    about:
      "提示：规则或路由规则查看的标记位没有任何规则设置。程序可能在套接字上（`SO_MARK`）或用 BPF 设置，因此不一定是错误。规则的写入者在别处设置、或仅在需要时才设置的位不算。",
    fix: "查明本应由谁设置该标记；若没有人，删除该规则。",
  },
  "masquerade-covers-pod-range": {
    about:
      "规则对一个 Pod 发给另一个 Pod 的数据包做地址伪装：对方和那里的策略看到的是节点。由实际走过规则的数据包证实：从本节点的每个 Pod 发往另一设备的 Pod，或发往路由所通的其他节点的 Pod 网络。写入者不明、`-s` 包含 Pod 地址的规则为提示：CNI 有意不转换的可能被它伪装。",
    fix: "在规则中排除 Pod 网络（`! -d POD_NETWORK`），或在它之前放行留在内部的流量。",
  },
  "missing-jump-target": {
    about: "规则跳转到不存在的链。任何工具都不会载入这样的规则，所以列表被编辑或拼接过。若列表不完整，为提示。",
    fix: "重新获取列表。用这份恢复会整体失败。",
  },
  "nat-after-accept": {
    about:
      "NAT 规则被它之前的 ACCEPT 或另一映射挡住。对所有数据包成立，已证明。NAT 链只对连接的第一个数据包查询，第一条终结的规则决定整个连接。",
    fix: "把该规则移到挡住它的规则之前。",
  },
  "orphan-chain": {
    about:
      "没有规则通往的链。不检查已知程序的链：有的留待以后使用，有的是给其他程序看的标志（KUBE-IPTABLES-HINT、KUBE-MARK-DROP）。空链为提示。",
    fix: "补上跳转，或删除该链。",
  },
  "output-interface-before-routing": {
    about:
      "规则在只由 PREROUTING 或 INPUT 调用的链中匹配输出设备。此时路由尚未选定设备：`-o eth1` 永不匹配，`! -o lo` 总是匹配。已知程序的规则为提示。",
    fix: "Cilium 从 1.17 起如此：该规则也会匹配经 lo 而来的数据包。自己的规则请匹配输入设备。",
  },
  "policy-drop-with-cni": {
    about:
      "FORWARD 的默认策略是 DROP，而 Pod 发往外部的数据包落到它上面：没有规则放行。若由规则丢弃，则是有人的决定，不算问题。",
    fix: "放行 Pod 发出的数据包及其应答，或把默认策略设为 ACCEPT。",
  },
  "redundant-rule": {
    about:
      "提示：没有这条规则，每个数据包的结果都一样，因为后面的规则或默认策略对它所取的数据包做同样的事。对所有数据包成立，已证明；途中被改动、打标记或记日志的数据包算作结果不同。不检查已知程序的规则。",
    fix: "若它不是为了计数、为了读者，或为默认策略改变之日而留，就删除它。",
  },
  "route-table-without-default": {
    about:
      "规则 `from ADDRESS lookup TABLE` 的表有路由，却没有默认路由。表中没有路由的目的地按后面的规则离开，可能走另一设备。为提示：可能有意如此。",
    fix: "若来自那里的都应从同一设备离开，为该表添加默认路由。",
  },
  "rp-filter-asymmetric": {
    about:
      "设备在某个表中有默认路由，且 rp_filter 为严格模式，丢弃发往本节点某地址的数据包，因为应答会走另一设备：针对设备自己的地址，以及被路由规则（`from 10.1.0.9 lookup 11`）送往别处的地址。除非设置了 `src_valid_mark`，内核查询回程路由时不看数据包的标记，因此会忽略按标记的规则。由实际走过规则的数据包证实。IPv6 没有此参数。",
    fix: "把该设备的 rp_filter 设为 2：只要求有回程路由即可。",
  },
  "rule-to-empty-table": {
    about: "路由规则的表已知为空：内核接着查下一条规则。列出了全部表（`ip route show table all`）或这张表时才算已知。",
    fix: "添加该规则所需的路由，或删除它（`ip rule del`）。",
  },
  "rule-unreachable": {
    about:
      "路由规则之前有一条对数据包没有要求、并对一切作出回答的规则：通过默认路由，或 `unreachable`、`blackhole`、`prohibit`。链路断开的默认路由不算，带 `suppress_prefixlength` 的规则也不算；有规则用 `goto` 时不作判断。",
    fix: "给它更小的优先级数字，或删除它。",
  },
  "service-address-without-backend": {
    about: "`kube-ipvs0` 上的地址在 IPVS 中没有虚拟服务：节点收下数据包，却无人应答。没有后端的虚拟服务为提示。",
    fix: "看服务是否已删除；若没有，kube-proxy 的日志会说明为何写不进去。",
  },
  "set-empty": {
    about:
      "规则放行某集合的成员，而集合为空；或拒绝所有非成员（`! --match-set … -j DROP`）：没有人能因此通过。写入者已知，或成员会来去（`timeout`）时为提示；集合由规则填充时不算，kube-proxy 的也不算，因为它会创建全部集合。",
    fix: "查明本应由谁填充该集合。若允许为空，该规则无害。",
  },
  "set-missing": {
    about: "规则引用的集合不在任何列表中，而集合是列出过的。内核不会有这样的规则：这些列表不是同一时刻的。",
    fix: "与规则同时获取 `ipset save`：列表取自不同时刻，或没有列出全部集合。",
  },
  "set-nearly-full": {
    about:
      "`hash:…` 类型的集合，或 nft 中带 `size` 的集合，已满九成（警告）或全满（错误）。之后的成员会被拒绝：kube-proxy 只在日志中写一行，而服务不通。",
    fix: "用更大的 `maxelem`（nft：`size`）新建集合，再交换两者。",
  },
  "set-unused": {
    about: "写入者不明、没有规则也没有其他集合引用的集合。仅当两个协议族的规则全部列出时报告。",
    fix: "若没有别的使用者（tc 可以使用），删除它：`ipset destroy`。",
  },
  "set-wrong-dimensions": {
    about: "规则写的边数少于集合的维数：内核总是回答否；带 `!` 时总是回答是。多出的边会被忽略：为提示。",
    fix: "每一维写一边：`src` 或 `dst`，以逗号分隔。",
  },
  "set-wrong-family": {
    about: "IPv4 的规则引用了 IPv6 地址的集合，或者相反。iptables 拒绝这样的规则；在内核里它永不匹配。",
    fix: "引用另一协议族的集合。",
  },
  "shadowed-rule": {
    about:
      "没有数据包能到达的规则，因为链中之前的规则取走了它要的全部数据包。对所有数据包成立，已证明；结果指出取走它们的规则，并给出一个走向其中之一的数据包，可用 `hookwalk trace` 查看。若那些规则对数据包做同样的事，为提示。重复的规则和 NAT 规则由 `duplicate-rule` 与 `nat-after-accept` 报告。",
    fix: "若该规则应当起作用，把它上移；否则删除它。",
  },
  "socket-match-missing": {
    about:
      "对 TCP 使用 TPROXY，却没有规则接住已有套接字的数据包（`-m socket`，nft 中的 `socket transparent`，或像 Istio 那样用 conntrack）。代理以客户端地址发出的数据包，其应答不被 TPROXY 规则匹配。",
    fix: "在它之前加上 `-A PREROUTING -p tcp -m socket --transparent -j MARK --set-xmark 0x1/0x1`。",
  },
  "tproxy-table-empty": {
    about:
      "TPROXY 规则的标记经路由规则通往一张没有通配 `local` 路由的表：本应交给代理的数据包被继续转发。没有列出的表不算问题。",
    fix: "添加路由：`ip route add local default dev lo table TABLE`。",
  },
  "tproxy-without-listener": {
    about:
      "TPROXY 规则的端口上无人监听，或套接字不是透明的：内核丢弃规则所匹配的数据包。仅当列出了套接字（后一种还需 `ss --inet-sockopt`）时报告。同一端口的 tcp、udp 两条规则只需一个监听者：Cilium 总是两条都写。",
    fix: "启动代理；它必须在监听前为套接字设置 IP_TRANSPARENT。",
  },
  "tproxy-without-rule": {
    about: "TPROXY 规则的标记没有路由规则查看：数据包带着分配给它的套接字继续被路由，到要转发时被内核丢弃。",
    fix: "两条都加上：`ip rule add fwmark MARK lookup TABLE` 和 `ip route add local default dev lo table TABLE`。",
  },
  "truncated-dump": {
    about: "列表没有显示全部规则：被 `grep` 过滤、被截断，或与相邻的列表不是同一时刻。没有列表显示的规则按不存在处理。",
    fix: "重新获取完整的列表，并且全部同时获取。",
  },
  "two-backends": {
    about: "legacy 与 nft 中同名的表都有规则。内核两者都执行，而每种工具只显示一种。",
    fix: "查明谁还在用另一种 iptables（`iptables-legacy`、`iptables-nft`）写入，并清空多余的表。",
  },
  "unreachable-rule": {
    about: "规则要的数据包从不进入它所在的链，或从不带着它要的标记进入。对所有数据包成立，已证明。",
    fix: "检查它的链的调用者放进来的数据包，以及之前设置的标记。",
  },
  "version-skewed-dump": {
    about:
      "列表出自比写入者更旧的 iptables，它不声不响地漏掉匹配条件（1.8.8 之前的 iptables 不认识以 nft 自己的表达式写的 `mark`、`tcp`、`udp` 等）。用它恢复，规则会匹配所有数据包。",
    fix: "用 iptables 1.8.8 或更新的版本获取列表，例如在写入规则的容器里。切勿用这份恢复。",
  },
  "view-inverted": {
    about:
      "某份列表把规则显示反了，或显示成别的。`nft list ruleset` 会翻译 iptables 的规则，但并不总是正确：`! --ctstate RELATED,ESTABLISHED,DNAT` 被它写成 `ct status dnat`；带掩码的 `CONNMARK --restore-mark` 会保留标记的其余各位，却被写成 `meta mark set ct mark and 0x80`，而 nft 自己的这种规则会清除它们（此为提示）。",
    fix: "不要读 nft 对 iptables 规则的翻译；请用 `iptables-save`。",
  },
  "view-lost-match": {
    about: "某份列表漏掉的匹配条件。若人们会用该列表恢复规则，为错误。",
    fix: "相信结果中指出的另一份列表；若没有，用写入该规则的 iptables 重新获取列表。",
  },
  "whole-mark-overwrite": {
    about: "在另一方设置某些位之后、查看它们之前，规则设置了数据包标记的全部 32 位。",
    fix: "只设置自己的位：`--set-xmark 0x21/0x21`，nft 中用 `meta mark set meta mark | 0x21`。",
  },
};
