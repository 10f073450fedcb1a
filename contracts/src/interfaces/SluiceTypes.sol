// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

// What callers pass in and views return. Amounts are base units of the channel's token; times are block timestamps
// in seconds. Party 0 is `a`, party 1 is `b`; lane 0 runs from a to b, lane 1 from b to a.

/// @notice One side of a channel.
/// @param account Receives money on chain. May be a contract, or the masked-ID form of a native Filecoin actor.
/// @param signer The hot key that signs for the channel; always an externally owned key.
struct Party {
    address account;
    address signer;
}

/// @notice What makes a channel: its id is the EIP-712 digest of these.
/// @param a Party 0; its signer is numerically below b's.
/// @param b Party 1; its account is another than a's.
/// @param token Zero for the native token, else an ERC-20.
/// @param disputeWindow Seconds between the start of a one-sided close and its settlement; above zero.
/// @param nonce Makes the id unique; its top 32 bits are the Unix minute of its making.
struct ChannelTerms {
    Party a;
    Party b;
    address token;
    uint32 disputeWindow;
    uint64 nonce;
}

/// @notice What makes a virtual channel: its id is the EIP-712 digest of these.
/// @param path Signers of the payer, of the intermediaries in order, and of the payee; two to six.
/// @param token Zero for the native token, else an ERC-20.
/// @param capacity The most that it can ever pay.
/// @param disputeWindow Seconds between the start of its close and its final amount; above zero.
/// @param nonce Makes the id unique; its top 32 bits are the Unix minute of its making.
struct VirtualTerms {
    address[] path;
    address token;
    uint128 capacity;
    uint32 disputeWindow;
    uint64 nonce;
}

/// @notice An ECDSA signature in its compact form (EIP-2098). All zero means: none.
/// @param r The signature's r.
/// @param yParityAndS The signature's s with the recovery bit on top.
struct CompactSignature {
    bytes32 r;
    bytes32 yParityAndS;
}

/// @notice A lane voucher with its signatures. `seq` zero means: no voucher.
/// @param lane The lane that it speaks of.
/// @param seq Its number; higher replaces lower.
/// @param paid Total that the lane's payer owes unconditionally.
/// @param locked Sum of the amounts of its locks.
/// @param locksRoot Root of its tree of locks; zero without locks.
/// @param payerSignature By the lane's payer's signer over the LaneVoucher digest.
/// @param receiverSignature By the lane's receiver's signer over the same digest; may be none where the receiver sends.
struct SignedLane {
    uint8 lane;
    uint64 seq;
    uint128 paid;
    uint128 locked;
    bytes32 locksRoot;
    CompactSignature payerSignature;
    CompactSignature receiverSignature;
}

/// @notice The locks of the voucher last shown for a lane, as its last LaneUpdated told, or else CloseStarted; all zero without locks.
/// @param locked Sum of the amounts.
/// @param locksRoot Root of the tree.
struct LaneLocks {
    uint128 locked;
    bytes32 locksRoot;
}

/// @notice One lock to be paid out, with its proof.
/// @param index Its slot in the tree.
/// @param amount What it holds.
/// @param resolver The contract that decides its condition; this contract for a virtual channel.
/// @param id What the resolver is asked about; the virtual channel's id.
/// @param side Which side's payout is meant; 0 for a virtual channel.
/// @param proof Siblings from the leaf up; its length is the tree's depth.
struct Unlock {
    uint32 index;
    uint128 amount;
    address resolver;
    bytes32 id;
    uint8 side;
    bytes32[] proof;
}

/// @notice A slot in a part of a lane's tree.
/// @param amount What the lock for a virtual channel there holds; zero: the slot holds no such lock, or it is left alone.
/// @param idOrLeaf The virtual channel's id; where the amount is zero, the slot's leaf as it stands in the tree: another lock's, or
/// zero for an empty slot.
struct SubtreeSlot {
    uint128 amount;
    bytes32 idOrLeaf;
}

/// @notice A part of a lane's tree, all of whose slots are given: 2^depth of them, where depth is the least that holds `slots`.
/// @param first The lowest slot, a multiple of 2^depth.
/// @param slots The slots from `first` on; those that are not given are empty.
/// @param proof Siblings from the part's top up; none if it is the whole tree.
struct Subtree {
    uint32 first;
    SubtreeSlot[] slots;
    bytes32[] proof;
}

/// @notice A voucher of a virtual channel with the payer's signature, and a revealed tick where it has ticks.
/// @param amount Total paid, before ticks.
/// @param tickAnchor End of the hash chain; zero without ticks.
/// @param tickValue What each revealed preimage adds.
/// @param tickCount Length of the hash chain.
/// @param ticks How many ticks are claimed; 0 claims `amount` alone.
/// @param preimage The value that gives `tickAnchor` after `ticks` hashes.
/// @param signature By the path's first member over the Voucher digest.
struct SignedVoucher {
    uint128 amount;
    bytes32 tickAnchor;
    uint128 tickValue;
    uint32 tickCount;
    uint32 ticks;
    bytes32 preimage;
    CompactSignature signature;
}

/// @notice One item of a batch of redemptions.
/// @param terms The virtual channel.
/// @param voucher Its voucher.
struct Redemption {
    VirtualTerms terms;
    SignedVoucher voucher;
}

/// @notice What virtual channels that are redeemed together have in common: all but payer, capacity and nonce.
/// @param others The path without its payer: the intermediaries in order, and the payee.
/// @param token Zero for the native token, else an ERC-20.
/// @param disputeWindow Seconds between the start of a close and the final amount.
struct VirtualGroup {
    address[] others;
    address token;
    uint32 disputeWindow;
}

/// @notice One of a group: what is its own, packed, and the voucher, which has no ticks.
/// @param payerAndNonce The path's first member in the high 160 bits, the nonce in the low 64; the bits between are zero.
/// @param capacityAndAmount The capacity in the high 128 bits, the voucher's amount in the low 128.
/// @param signature By the payer over the Voucher digest; its tick fields are all zero.
struct GroupRedemption {
    bytes32 payerAndNonce;
    uint256 capacityAndAmount;
    CompactSignature signature;
}

/// @notice A signed request to start closes that another sends: CloseRequest(ids, deadline).
/// @param by Who asks: a signer, or an account.
/// @param deadline Last timestamp at which it may be used.
/// @param signature Its ECDSA signature (65 bytes, or 64 in compact form), or what its ERC-1271 contract accepts.
struct SignedCloseRequest {
    address by;
    uint64 deadline;
    bytes signature;
}

/// @notice A signed request to pay a credit, or a part of it, somewhere else.
/// @param account Whose credit.
/// @param token Zero for the native token.
/// @param to Where it goes.
/// @param amount How much. Zero pays nothing and only uses up the nonce, which cancels what else was signed with it.
/// @param nonce The account's current redirect nonce.
/// @param deadline Last timestamp at which it may be used.
struct CreditRedirect {
    address account;
    address token;
    address to;
    uint256 amount;
    uint256 nonce;
    uint64 deadline;
}

/// @notice An ERC-2612 permit by the sender.
/// @param deadline The permit's deadline.
/// @param v Of its signature.
/// @param r Of its signature.
/// @param s Of its signature.
struct Permit {
    uint256 deadline;
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @notice An EIP-3009 receive-with-authorization; its nonce is keccak256(abi.encode(channelId, party, salt)).
/// @param from Who pays.
/// @param value How much.
/// @param validAfter As in EIP-3009.
/// @param validBefore As in EIP-3009.
/// @param salt Makes the nonce unique.
/// @param signature 65 bytes are passed as v, r, s; any other length as bytes, for tokens that take contract wallets.
struct ReceiveAuthorization {
    address from;
    uint256 value;
    uint256 validAfter;
    uint256 validBefore;
    bytes32 salt;
    bytes signature;
}

/// @notice A Permit2 signature transfer whose witness is Deposit(bytes32 channelId,uint8 party).
/// @param from Who pays.
/// @param amount How much; also what is permitted.
/// @param nonce Permit2's unordered nonce.
/// @param deadline Permit2's deadline.
/// @param signature By `from`, ECDSA or ERC-1271.
struct Permit2Transfer {
    address from;
    uint256 amount;
    uint256 nonce;
    uint256 deadline;
    bytes signature;
}

/// @notice Where a channel stands. Open: nothing else happened (also true of a channel that nobody funded). Closing: its
/// window runs or is over. Settled: paid out after a window; its locks may still be unlocked. Closed: paid out by a cooperative close.
enum Status {
    Open,
    Closing,
    Settled,
    Closed
}

/// @notice What the chain holds of a lane.
/// @param seq Number of the voucher last shown; 0 if none, or once the channel is settled.
/// @param paid Its paid total.
/// @param locksHash keccak256(abi.encode(locked, locksRoot)) of it; zero without locks, and once the pool is empty.
/// @param pool After settlement: what is still kept for its locks.
struct LaneState {
    uint64 seq;
    uint128 paid;
    bytes32 locksHash;
    uint128 pool;
}

/// @notice What the chain holds of a channel.
/// @param status Where it stands.
/// @param closesAt From when it can be settled; zero unless it is closing.
/// @param depositA All that was deposited for a; zero once the channel is over.
/// @param depositB All that was deposited for b; zero once the channel is over.
/// @param withdrawnA All that a withdrew; zero once the channel is over.
/// @param withdrawnB All that b withdrew; zero once the channel is over.
/// @param lane0 The lane that a pays.
/// @param lane1 The lane that b pays.
struct ChannelState {
    Status status;
    uint64 closesAt;
    uint128 depositA;
    uint128 depositB;
    uint128 withdrawnA;
    uint128 withdrawnB;
    LaneState lane0;
    LaneState lane1;
}
