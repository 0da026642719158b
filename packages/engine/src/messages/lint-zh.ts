import type * as en from "./lint-en.ts";

/** 检查结果，中文。 */
export const lint: Readonly<Record<keyof typeof en.lint, string>> = {
  // 集合、路由、内核参数、CNI。
  "set-missing":
    "任何集合列表中都没有 {set}，却有规则引用它（{count} 条）：内核不会保留缺少集合的规则\n集合与规则取自不同时刻，或集合没有列全：请把 `ipset save` 与规则一起抓取。这样的规则匹配什么尚不可知。",
  "set-empty":
    "这条规则放行 {set} 的成员，而它没有成员：没有谁因此得以放行\n找出本应由谁填充它。若它本可为空，这条规则无害。",
  "set-empty-refuses":
    "这条规则拒绝 {set} 成员以外的所有来者，而它没有成员：全部被拒绝\n找出本应由谁填充它。在此之前，没有谁能通过。",
  "set-never-matches":
    "这条规则什么也不匹配：它只写了 {set} 的 {sides}，而该集合的维数更多（{type}）\n为每一维写明一边：`src` 或 `dst`，以逗号相连。",
  "set-always-matches":
    "这条规则的 `! --match-set` 对所有数据包成立：它只写了 {set} 的 {sides}，而该集合的维数更多（{type}）\n为每一维写明一边：`src` 或 `dst`，以逗号相连。",
  "set-never-changed":
    "这条规则什么也不改：它只写了 {set} 的 {sides}，而该集合的维数更多（{type}）\n为每一维写明一边：`src` 或 `dst`，以逗号相连。",
  "set-sides-ignored":
    "{sides} 中靠后的会被忽略：{set} 的维数更少（{type}）\n去掉它们，或把集合建成这条规则所要的类型。",
  "set-of-other-family":
    "没有数据包属于 {set}：其中是 {has} 地址，而这条规则属于 {asks}\niptables 会拒绝这样的规则。改用另一协议族的集合。",
  "set-of-other-family-always":
    "所有数据包都不属于 {set}：其中是 {has} 地址，而这条规则属于 {asks}\niptables 会拒绝这样的规则。改用另一协议族的集合。",
  "set-nearly-full":
    "{set} 可容纳 {most} 个成员，已有 {count} 个\n之后的会被拒绝。以更大的 `maxelem`（nft 为 `size`）重建并交换。",
  "set-full":
    "{set} 已满：{most} 个中的 {count} 个；其余本应加入的都不在其中\n以更大的 `maxelem`（nft 为 `size`）重建并交换。",
  "set-unused": "没有规则引用 {set}\n若别处也不用它（tc 可能会用），删除它：`ipset destroy {set}`。",
  "tproxy-without-rule":
    "TPROXY 设置的标记 {mark} 没有任何路由规则读取：数据包被继续转发，不会交给套接字\n两者都要加：`ip rule add fwmark {mark} lookup TABLE` 与 `ip route add local default dev lo table TABLE`。",
  "tproxy-without-mark":
    "TPROXY 不设置标记，也没有路由规则通往专用的表：数据包被继续转发，不会交给套接字\n为它加上 `--tproxy-mark`，并加上：`ip rule add fwmark MARK lookup TABLE` 与 `ip route add local default dev lo table TABLE`。",
  "tproxy-table-empty":
    "{table} 号表中没有把发给别人的数据包交付本机的路由：TPROXY 取走的数据包被继续转发，不会交给套接字\n加上它：`ip route add local default dev {dev} table {table}`。",
  "tproxy-without-listener":
    "{at}（{protocol}）上没有监听者：TPROXY 丢弃这条规则匹配的数据包\n启动代理；若它已不在或改在别处监听，须由写入者重写这条规则。",
  "tproxy-opaque-listener":
    "{at}（{protocol}）上的套接字不是透明的：TPROXY 丢弃这条规则匹配的数据包\n代理须在监听之前为它设置 IP_TRANSPARENT。",
  "rule-to-empty-table":
    "{table} 号表是空的：内核接着看下一条规则，如同没有这一条\n补上它本应有的路由，或删除这条规则（`ip rule del`）。",
  "route-table-without-default":
    "{table} 号表没有默认路由：表中没有路由的数据包按其后的规则离开\n若来自那里的数据包都应从同一设备离开，补上默认路由。",
  "rule-unreachable": "没有数据包能到达这条规则：之前的规则 {priority} 已对所有数据包作答\n给它更小的序号，或删除它。",
  "eni-without-number":
    "{count} 个 Pod 经 {devices} 和 10 号表离开，而 10 号表属于编号为 0 的接口：该接口没有 Cilium 的编号，是由别人挂上的（Cilium 之前的 Terway）\n再有一个这样的接口，就会覆盖这里的默认路由。卸下它，或给它打上带自己编号的标签 `cilium-eni-index`。",
  "duplicate-ip-rule": "这条规则与规则 {priority} 所说相同\n删除其中之一。",
  "rp-filter-asymmetric":
    "{device} 丢弃发往 {address} 的数据包（这样的地址共 {count} 个）：其 rp_filter 为严格模式，而应答会从 {other} 离开\n`sysctl -w net.ipv4.conf.{device}.rp_filter=2` 只检查是否存在回程路由。",
  "policy-drop-with-cni":
    "默认策略丢弃 Pod 发出的数据包：没有规则放行从 {device} 进入的数据包\nCNI 依赖一条不存在的规则，或依赖默认策略 ACCEPT：`iptables -A FORWARD -i {device} -j ACCEPT`，回程亦然。",
  "masquerade-between-pods":
    "这条规则对 Pod {from} 发往 Pod {to} 的数据包做伪装：对方及其策略看到的是节点而非 Pod\n把 Pod 网络排除在外（`! -d POD_NETWORK`），或在它之前放行网内流量。",
  "masquerade-takes-pods":
    "这条规则的源地址包含本节点的 Pod（{address}），而它并非由 CNI 写入\nCNI 有意不做转换的数据包可能在此被伪装。除非本意如此，把 Pod 网络排除在外。",
  "conntrack-nearly-full":
    "已跟踪 {count} 条连接，容量为 {most}\n一旦满了，新连接的数据包会被丢弃。调大 net.netfilter.nf_conntrack_max，或找出是谁建立了这么多连接。",
  "conntrack-full":
    "连接跟踪表已满：{most} 条中的 {count} 条；新连接的数据包被丢弃\n调大 net.netfilter.nf_conntrack_max，或找出是谁建立了这么多连接。",
  "leftovers-of-removed-cni":
    "{owner} 在此留下了 {count} 处痕迹，而{why}\n若 {owner} 已不在此运行，删除它们；它的规则仍在决定数据包的去留。",
  "cni-by-configuration": "按 {file}，Pod 的网络由 {plugins} 建立",
  "cni-by-work":
    "Pod 的网络属于 {owners}：没有路由通往 {owner} 的设备，且数据包不经过它的任何链，或其规则所指的设备都不存在",
  "forwarding-off":
    "节点上有 Pod，却不转发任何数据包：{setting} 为 0\n`sysctl -w {setting}=1`；CNI 与 kubelet 都依赖它。",
  "forwarding-off-at-device":
    "从 Pod 的设备进入的数据包不会被转发：{setting} 为 0\n`sysctl -w {setting}=1`；在打开转发之前建立的设备会保留自己的 0。",
  "bridge-nf-call-off":
    "Pod 之间经 {bridge} 的数据包不经过任何规则：{setting} 为 0\nPod 访问服务而由同一网桥上的 Pod 作答时，应答来自它没有访问过的地址。`sysctl -w {setting}=1`。",
  "bridge-netfilter-absent":
    "Pod 之间经 {bridge} 的数据包不经过任何规则：没有 {setting}，即 br_netfilter 未加载\nPod 访问服务而由同一网桥上的 Pod 作答时，应答来自它没有访问过的地址。`modprobe br_netfilter`。",
  "service-address-unknown":
    "节点接收发往 {address} 的数据包，而 IPVS 在那里没有服务\n服务已删除，或 kube-proxy 未能写入：见其日志。",
  "service-without-server": "{service} 没有后端：发往它的数据包被拒绝\n该服务没有就绪的端点。",

  // 列表与规则。
  "lost-match": "{file} 漏掉了这条规则的 {part}\n{other} 里有：以它为准。切勿用 {file} 恢复规则。",
  "lost-match-nobody-tells":
    "{file} 丢失了这条规则的 {part}，且无从得知原来是什么\n请用写入规则的那个版本的 iptables 重新列出，或补上 `nft list ruleset`。",
  "match-told-by-name": "{file} 没有载全 {part}\n请补上由写入规则的那个 iptables 执行的 `iptables-save`。",
  "inverted-match":
    "{file} 把这条规则显示反了：实际是 {part}\n依据是 {other}。nft 对 iptables 所建规则的文字只是翻译，不可当作 nft 规则来读。",
  "changed-part":
    "{file} 显示的并非这条规则的本意：{part}\n依据是 {other}。nft 对 iptables 所建规则的文字只是翻译，不可当作 nft 规则来读。",
  "masked-copy":
    "按 {file} 的写法，这条规则似乎会清除标记中 {bits} 以外的所有位：实际上它只复制这些位，其余各位保持不变\nnft 对 iptables 所建规则的文字只是翻译，不可当作 nft 规则来读，也不可加载。",
  "two-backends":
    "legacy 与 nft 都有表 {table} 且都有规则：内核两者都会执行\n找出谁还在用另一种 iptables（`iptables-legacy`、`iptables-nft`）写规则，并清空多余的那个表。",
  "filtered-dump":
    "{file} 只显示了一部分：缺少 {missing}\n看来经过筛选（grep）或被截断。任何列表都未显示的规则视为不存在。",
  "dump-without-end":
    "{file} 只显示了表 {table} 的一部分\n看来经过筛选（grep）或被截断。任何列表都未显示的规则视为不存在。",
  "listings-differ":
    "{file} 本应显示整个 {table}，却缺少 {other} 所载的 {missing}\n两份列表并非同一时刻。这些规则是否存在未知：请同时取得两份列表。",
  "skewed-dump":
    "{file} 由比写入规则者更旧的 iptables{version} 列出：{count} 条规则丢失了 {matches}\n规则本身是完整的。请用 iptables 1.8.8 或更新版本列出；切勿用此文件恢复规则。",
  "calico-edited":
    "这条规则已不是 Calico 所写：其哈希对应的是 {was}{behind}\nFelix 只比较哈希，不会察觉。删除此规则，Felix 下次刷新时会重新写入。",
  "calico-edited-beyond":
    "这条规则带有 Calico 的哈希，却含有 Calico 从不写的内容{behind}\n删除此规则，Felix 下次刷新时会重新写入。",
  "calico-missing":
    "此规则之前少了 {count} 条 Calico 规则：{was}{behind}\nFelix 下次刷新时会重新写入。请查明是谁删除的。",
  "calico-missing-unknown":
    "此规则之前少了 Calico 规则：其哈希无法由现有规则推出{behind}\nFelix 下次刷新时会重新写入。请查明是谁删除的。",
  "calico-truncated":
    "这条链结束得太早：这类链以 {was} 结尾\n列表被截断，或有人删除了该规则；若是后者，Felix 下次刷新时会重新写入。",
  "calico-reordered":
    "这条链的规则被移动过：{moved}；Calico 的原有顺序为 {order}{behind}\n删除被移动的规则，Felix 下次刷新时会重写此链。",
  "calico-relabelled": "规则是 Calico 的，注释中的哈希却不是：应为 {hash}\n有人手写了注释。Felix 下次刷新时会改正。",
  "calico-duplicated": "这条规则带有同链第 {of} 条规则的哈希\n有人复制了它。Felix 下次刷新时会删除。",
  "calico-foreign": "Calico 的链中有他人的规则\nFelix 下次刷新时会删除。自己的规则应放在自己的链里。",
  "calico-unexplained":
    "这条规则的哈希无法由该链的现状推出{behind}\n规则被改过，或其前的规则已丢失。请与同版本的其他节点比较。",
  "calico-unverifiable": "；其后 {count} 条规则已无法校验",
  contradictory: "没有数据包能匹配这条规则：{parts} 互相排斥\n改正其中之一，或删除这条规则。",
  "contradictory-alone": "没有数据包能匹配这条规则：其中的 {parts} 永远不成立\n改正它，或删除这条规则。",
  shadowed:
    "没有数据包能到达这条规则：链中在它之前的规则 {by} 已拿走它要的全部数据包\n若它应当生效，须放到它们之前；否则删除它。",
  "shadowed-same":
    "没有数据包能到达这条规则：链中在它之前的规则 {by} 已拿走它要的全部数据包，且动作相同\n删除它不会改变任何结果。",
  "shadowed-through-calls":
    "没有数据包能到达这条规则：链中在它之前的规则 {by} 连同它们使用的标记和链，已拿走它要的全部数据包\n改动之前先看它们调用的链：那里的改动会让这条规则重新生效。",
  "too-large-to-prove":
    "表 {table} 太大，无法证明其中哪些规则没有数据包能匹配\n对这些规则不作判断；其他检查都已看过它们。",
  unreachable:
    "这条规则要的数据包从不进入它所在的链；该链由 {hooks} 调用\n它要的东西在那里不存在（路由之前的输出设备、OUTPUT 之后的输入设备），或调用者只放进别的数据包。",
  overwritten:
    "没有数据包以这条规则要的样子到达：链中在它之前的规则 {by} 总会改掉\n它可能在等一条现在为空的链；否则删除它。",
  "mark-never-read":
    "这条规则设置数据包标记的 {bits}，却没有任何规则或路由规则读取它\n若要用它选路，则缺少路由规则（`ip rule add fwmark {bits}/{bits} lookup TABLE`）；否则删除这条规则。",
  "connmark-never-read":
    "这条规则设置连接标记的 {bits}，却没有任何规则读取它，它被复制到的地方也无人读取\n若要用它为应答选路，须恢复到数据包标记并有路由规则读取（`ip rule add fwmark {bits}/{bits} lookup TABLE`）；否则删除这条规则。",
  "mark-never-written":
    "这条规则读取数据包标记的 {bits}，却没有规则设置它\n可能由某个程序通过套接字或 BPF 设置。若都没有，这条规则便是空等：找出本应由谁设置。",
  "connmark-never-written": "这条规则读取连接标记的 {bits}，却没有规则设置它\n找出本应由谁设置；否则删除这条规则。",
  "routing-mark-never-written":
    "这条路由规则读取标记的 {bits}，却没有规则设置它\n可能由某个程序通过套接字或 BPF 设置。若都没有，删除它（`ip rule del`）。",
  "mark-conflict":
    "{owner} 改动数据包标记的 {bits}，而 {other} 也使用这些位\n一方用这些位表达的意思会被另一方误读。让其中一方改用别的位：多数程序有相应的选项。",
  "connmark-conflict":
    "{owner} 改动连接标记的 {bits}，而 {other} 也使用这些位\n一方用这些位表达的意思会被另一方误读。让其中一方改用别的位：多数程序有相应的选项。",
  "whole-mark-overwrite":
    "这条规则把整个标记设为 {value}：{owners} 放在 {bits} 中、后面还要读取的内容因此丢失\n只设置自己的位：`--set-xmark {value}/{value}`，在 nft 中为 `meta mark set meta mark | {value}`。",
  "no-output-device":
    "这条规则要求数据包由 {device} 发出，但它所在的链只由 {hooks} 调用：路由之前没有输出设备，它永远不匹配\n把它放到 FORWARD、OUTPUT 或 POSTROUTING；否则删除它。",
  "no-output-device-negated":
    "`! -o {device}` 在此处不成条件：该链只由 {hooks} 调用，路由之前没有输出设备\n这条规则也会取走本想排除的数据包。若指由该设备进入的数据包，应写 `! -i {device}`。",
  "no-input-device":
    "这条规则要求数据包由 {device} 进入，但它所在的链只由 {hooks} 调用：本机发出的数据包没有输入设备，它永远不匹配\n把它放到 PREROUTING、INPUT 或 FORWARD；否则删除它。",
  "no-input-device-negated":
    "`! -i {device}` 在此处不成条件：该链只由 {hooks} 调用，本机发出的数据包没有输入设备\n去掉它，或写成 `! -o {device}`。",
  "duplicate-rule": "这条规则在链中重复出现，它做的事规则 {first} 都已做过\n删除其中一条。",
  "duplicate-rule-counts":
    "这条规则在链中重复出现，与规则 {first} 相同\n它做的事会做两次，或者两者之间的规则造成了差别。若非有意，删除其中一条。",
  "invalid-in-raw":
    "这条规则在 conntrack 查看之前（{hooks}）就按连接状态丢弃：此处所有数据包都是 INVALID，除此之外它要的数据包全部被丢弃\n移到 conntrack 之后：mangle 的 PREROUTING，或 filter。",
  "missing-jump-target":
    "表 {table} 中没有可跳转的链 {chain}：任何工具都不会载入这样的规则\n转储被改过，或拼合了不同时刻的内容。用它恢复会整体失败。",
  "missing-jump-target-cut": "这条规则跳转到的表 {table} 的链 {chain} 未显示\n列表被截断或筛选过。请重新完整列出。",
  "feeder-missing":
    "{from} 没有通向 {owner} 的链 {to}：没有数据包到达那里的规则\n有人清空了 {from} 或删除了跳转。重启 {owner} 会重新写入。",
  "feeder-out-of-order":
    "到 {behind} 的跳转排在到 {before} 的跳转之前：{before} 本要拦截的可能已被放行\n删除到 {before} 的跳转，让其所有者在最前面重新写入。",
  "foreign-before-policy":
    "在到 {to} 的跳转（规则 {rule}）之前有会作出判决的规则：{count} 条\n它们取走的数据包不经任何策略。Felix 与 Cilium 启动时把跳转放在最前；自己的规则应放在其后，或放在自己的表中。",
  "foreign-before-service":
    "在到 {to} 的跳转（规则 {rule}）之前有会作出判决的规则：{count} 条\n它们取走的数据包不再由它转换。若服务应当优先，把它们放到跳转之后。",
  "nat-without-conntrack":
    "{chain} 的规则从不执行：该协议族中没有任何规则需要 conntrack，没有它就不会查询 NAT 链\nNAT 目标（MASQUERADE、DNAT 等）或 conntrack 匹配会启用它。只做标记或日志的规则应放在 mangle。",
  "nat-after-accept":
    "这条 NAT 规则永远轮不到：之前的规则 {by} 已为它要处理的所有连接作出决定\n首条匹配的规则决定整个连接，ACCEPT 意为不转换。把这条规则移到它之前。",
  "redundant-before-rules":
    "没有这条规则，所有数据包的结果都一样：它取走的，后面的规则（{by}）会给出相同结果\n若不是为了计数或便于阅读，可删除。",
  "redundant-before-end":
    "没有这条规则，所有数据包的结果都一样：它取走的到链尾会得到相同结果\n若不是为了计数，或为将来更改默认策略，可删除。",
  "redundant-before-rules-and-end":
    "没有这条规则，所有数据包的结果都一样：它取走的，后面的规则（{by}）或链尾会给出相同结果\n若不是为了计数，或为将来更改默认策略，可删除。",
  "orphan-chain": "没有规则通向链 {chain}：它的 {rules} 条规则不起作用\n补上跳转，或删除该链。",
  "orphan-chain-empty": "没有规则通向链 {chain}，且它是空的\n若无人日后使用，可删除。",
  "dead-by-counters":
    "该链有 {count} 条规则从未计到数据包，而已有 {packets} 个数据包经过：{rules}\n计数自规则写入或清零（`-Z`）时开始。若已久远，这些规则无人需要。",
  "socket-match-missing":
    "此处 TPROXY 接管 TCP 连接，却没有规则查找已有的套接字\n代理以客户端地址发出的连接，其应答会绕过代理被转发。请在其前加上 `-p tcp -m socket --transparent -j MARK --set-xmark MARK`，标记与路由规则一致。",
  "nobody-known": "未知来源",
  "missing-rules": "{rules} 条规则和 {chains} 条链",
  owner: "{owner} 在此处的固定写法",
  "no-findings": "没有发现问题",
  "shown-by": "能说明这一点的数据包：",
  "findings-count": "{errors} 个错误，{warnings} 个警告，{infos} 个提示",
};
