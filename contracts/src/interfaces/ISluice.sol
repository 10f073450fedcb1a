// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IResolver } from "./IResolver.sol";
import { ISluiceErrors } from "./ISluiceErrors.sol";
import { ISluiceEvents } from "./ISluiceEvents.sol";
import {
    ChannelState,
    ChannelTerms,
    CompactSignature,
    CreditRedirect,
    GroupRedemption,
    LaneLocks,
    Permit,
    Permit2Transfer,
    ReceiveAuthorization,
    Redemption,
    SignedCloseRequest,
    SignedLane,
    SignedVoucher,
    Subtree,
    Unlock,
    VirtualGroup,
    VirtualTerms
} from "./SluiceTypes.sol";

/// @title ISluice
/// @notice Payment channels with two lanes, and virtual channels that decide locks in them.
/// @dev Signed structs (EIP-712, domain name "Sluice", version "1"):
///   LaneVoucher(bytes32 channelId,uint8 lane,uint64 seq,uint128 paid,uint128 locked,bytes32 locksRoot)
///   Voucher(bytes32 virtualId,uint128 amount,bytes32 tickAnchor,uint128 tickValue,uint32 tickCount)
///   Close(bytes32 channelId,uint8 from,uint128 amount,uint64 deadline)
///   Withdrawal(bytes32 channelId,uint8 party,uint128 total,uint64 deadline)
///   CloseRequest(bytes32[] ids,uint64 deadline)
///   CreditRedirect(address account,address token,address to,uint256 amount,uint256 nonce,uint64 deadline)
/// Where a call pays out, `asCredit` is a bit mask (1 for a, 2 for b): whose money is not to be pushed but credited, so that
/// a recipient who burns gas cannot make the call dear for others. Rebasing tokens are not supported.
interface ISluice is IResolver, ISluiceEvents, ISluiceErrors {
    // ---- deposits ----

    /// @notice Deposits the native token that comes with the call. Anyone may, until the channel is settled or closed.
    /// @param terms The channel; its token is zero.
    /// @param party For whom: 0 or 1.
    function depositWithValue(ChannelTerms calldata terms, uint8 party) external payable;

    /// @notice Deposits an ERC-20 by the sender's allowance. Anyone may, until the channel is settled or closed.
    /// @param terms The channel.
    /// @param party For whom: 0 or 1.
    /// @param amount How much to pull. What really arrives is credited.
    function depositWithAllowance(ChannelTerms calldata terms, uint8 party, uint256 amount) external;

    /// @notice Deposits an ERC-20 by an ERC-2612 permit of the sender. A failing permit is tolerated: the allowance may already be
    /// there because somebody else submitted the permit. Anyone may, until the channel is settled or closed.
    /// @param terms The channel.
    /// @param party For whom: 0 or 1.
    /// @param amount How much to pull, and what is permitted.
    /// @param permit The permit.
    function depositWithPermit(ChannelTerms calldata terms, uint8 party, uint256 amount, Permit calldata permit)
        external;

    /// @notice Deposits by EIP-3009; anyone may relay. The authorization's nonce binds channel and party.
    /// @param terms The channel.
    /// @param party For whom: 0 or 1.
    /// @param authorization The payer's.
    function depositWithAuthorization(
        ChannelTerms calldata terms,
        uint8 party,
        ReceiveAuthorization calldata authorization
    ) external;

    /// @notice Deposits by Permit2; anyone may relay. The witness binds channel and party.
    /// @param terms The channel.
    /// @param party For whom: 0 or 1.
    /// @param transfer The payer's signed transfer.
    function depositWithPermit2(ChannelTerms calldata terms, uint8 party, Permit2Transfer calldata transfer) external;

    // ---- what both parties agreed on ----

    /// @notice Pays a party the new part of what both agreed that it may have withdrawn in total.
    /// @param terms The channel.
    /// @param party Who withdraws.
    /// @param total Its withdrawals so far, including this one.
    /// @param deadline Last timestamp at which this may be executed.
    /// @param signatureA By a's signer over the Withdrawal digest; not looked at if a's signer is the sender.
    /// @param signatureB By b's signer over the same; likewise.
    /// @param asCredit Whether to credit instead of pushing (mask).
    function withdraw(
        ChannelTerms calldata terms,
        uint8 party,
        uint128 total,
        uint64 deadline,
        CompactSignature calldata signatureA,
        CompactSignature calldata signatureB,
        uint8 asCredit
    ) external;

    /// @notice Closes a channel as both agreed: moves `amount` from one side to the other and pays both.
    /// @param terms The channel.
    /// @param from Who pays.
    /// @param amount How much.
    /// @param deadline Last timestamp at which this may be executed.
    /// @param signatureA By a's signer over the Close digest; not looked at if a's signer is the sender.
    /// @param signatureB By b's signer over the same; likewise.
    /// @param asCredit Whether to credit instead of pushing (mask).
    function close(
        ChannelTerms calldata terms,
        uint8 from,
        uint128 amount,
        uint64 deadline,
        CompactSignature calldata signatureA,
        CompactSignature calldata signatureB,
        uint8 asCredit
    ) external;

    // ---- closing alone ----

    /// @notice Starts a one-sided close. The sender is an account or signer of the channel.
    /// @param terms The channel.
    /// @param voucher A voucher of the lane that the sender receives, one with the receiver's signature, or none (seq 0).
    function startClose(ChannelTerms calldata terms, SignedLane calldata voucher) external;

    /// @notice Starts a one-sided close for an account or signer that signed CloseRequest([channelId], deadline).
    /// @param terms The channel.
    /// @param voucher None (seq 0), or one with its receiver's signature.
    /// @param request The signed request.
    function startCloseFor(
        ChannelTerms calldata terms,
        SignedLane calldata voucher,
        SignedCloseRequest calldata request
    ) external;

    /// @notice Shows a newer voucher within the window. Sent by the lane's receiver, or carrying its signature.
    /// @param terms The channel.
    /// @param voucher The voucher.
    function updateLane(ChannelTerms calldata terms, SignedLane calldata voucher) external;

    /// @notice Shows several vouchers within the window, as those of both lanes. Those that are refused are skipped, with an event.
    /// @param terms The channel.
    /// @param vouchers The vouchers.
    function updateLanes(ChannelTerms calldata terms, SignedLane[] calldata vouchers) external;

    /// @notice Pays out after the window and keeps a pool per lane for its locks. Anyone may.
    /// @param terms The channel.
    /// @param locks0 Locks of the voucher last shown for lane 0.
    /// @param locks1 Locks of the voucher last shown for lane 1.
    /// @param asCredit Whether to credit instead of pushing (mask).
    function settle(ChannelTerms calldata terms, LaneLocks calldata locks0, LaneLocks calldata locks1, uint8 asCredit)
        external;

    /// @notice Pays out a lock of a settled channel once its condition is final. Anyone may.
    /// @param terms The channel.
    /// @param lane The lane that holds it.
    /// @param locked The lane's locked sum, as its last LaneUpdated told, or else CloseStarted.
    /// @param item The lock and its proof.
    /// @param asCredit Whether to credit instead of pushing (mask).
    function unlock(ChannelTerms calldata terms, uint8 lane, uint128 locked, Unlock calldata item, uint8 asCredit)
        external;

    /// @notice Pays out many locks of a lane in one go; items that are refused are skipped, with an event.
    /// @param terms The channel.
    /// @param lane The lane that holds them.
    /// @param locked The lane's locked sum, as its last LaneUpdated told, or else CloseStarted.
    /// @param items The locks and their proofs.
    /// @param asCredit Whether to credit instead of pushing (mask).
    function unlockBatch(
        ChannelTerms calldata terms,
        uint8 lane,
        uint128 locked,
        Unlock[] calldata items,
        uint8 asCredit
    ) external;

    /// @notice Pays out the locks of virtual channels in a part of a lane's tree, by one proof for all of them; those that are refused
    /// are skipped, with an event. Much cheaper than unlockBatch where they stand close together.
    /// @param terms The channel.
    /// @param lane The lane that holds them.
    /// @param locked The lane's locked sum, as its last LaneUpdated told, or else CloseStarted.
    /// @param subtree The part. Its slots that are given by their leaves are left alone.
    /// @param asCredit Whether to credit instead of pushing (mask).
    function unlockSubtree(
        ChannelTerms calldata terms,
        uint8 lane,
        uint128 locked,
        Subtree calldata subtree,
        uint8 asCredit
    ) external;

    // ---- virtual channels ----

    /// @notice Starts the window of a virtual channel at amount 0. The sender is a member of its path. On a running or final
    /// one it changes nothing.
    /// @param terms The virtual channel.
    function closeVirtual(VirtualTerms calldata terms) external;

    /// @notice Starts the window of a virtual channel at amount 0 for a member that signed CloseRequest([virtualId], deadline). On a
    /// running or final one it changes nothing.
    /// @param terms The virtual channel.
    /// @param request The signed request.
    function closeVirtualFor(VirtualTerms calldata terms, SignedCloseRequest calldata request) external;

    /// @notice Starts the windows of many virtual channels. The sender is a member of each path; items that are refused are skipped,
    /// with an event.
    /// @param items The virtual channels.
    function closeVirtuals(VirtualTerms[] calldata items) external;

    /// @notice Starts many windows for a member that signed CloseRequest(ids, deadline), with the ids of exactly these items in their
    /// order. Items that are refused are skipped, with an event.
    /// @param items The virtual channels.
    /// @param request The signed request.
    function closeVirtualsFor(VirtualTerms[] calldata items, SignedCloseRequest calldata request) external;

    /// @notice Starts the windows of virtual channels by their locks in a settled channel, whose signers follow each other in their
    /// paths. Anyone may: who settled with the locks did so with both of these members' signatures, and its money waits for the
    /// virtual channels' end. Items that are refused are skipped, with an event.
    /// @param items The virtual channels, in the order of their locks.
    /// @param channel The settled channel.
    /// @param lane The lane that holds the locks.
    /// @param locked The lane's locked sum, as its last LaneUpdated told, or else CloseStarted.
    /// @param subtree The part of the lane's tree with the locks; a single slot with its proof is one.
    function closeVirtualsByLocks(
        VirtualTerms[] calldata items,
        ChannelTerms calldata channel,
        uint8 lane,
        uint128 locked,
        Subtree calldata subtree
    ) external;

    /// @notice Raises a virtual channel's amount by a voucher. Anyone may while its window runs; a member of its path also starts
    /// the window by it.
    /// @param terms The virtual channel.
    /// @param voucher The voucher.
    function redeem(VirtualTerms calldata terms, SignedVoucher calldata voucher) external;

    /// @notice Raises the amounts of many virtual channels by vouchers; items that are refused are skipped, with an event.
    /// @param items The virtual channels and their vouchers.
    function redeemBatch(Redemption[] calldata items) external;

    /// @notice Redeems many virtual channels that share all but payer, capacity and nonce, by vouchers without ticks: as redeemBatch,
    /// for less gas. An item that a single call would refuse is reported by Skipped, and the others go on.
    /// @param group What they share; a path of the wrong length is refused for all of them.
    /// @param items What is each one's own.
    function redeemGroup(VirtualGroup calldata group, GroupRedemption[] calldata items) external;

    // ---- credits ----

    /// @notice Pays an account its credit. Anyone may.
    /// @param account Whose credit.
    /// @param token Zero for the native token.
    function pushCredit(address account, address token) external;

    /// @notice Pays a part of the sender's credit to another address.
    /// @param token Zero for the native token.
    /// @param to Where it goes.
    /// @param amount How much.
    function redirectCredit(address token, address to, uint256 amount) external;

    /// @notice Pays a part of an account's credit to another address, by its signature (ECDSA or ERC-1271) over CreditRedirect; anyone
    /// may relay.
    /// @param redirect What was signed. An amount of zero pays nothing and uses up the nonce.
    /// @param signature The account's.
    function redirectCreditFor(CreditRedirect calldata redirect, bytes calldata signature) external;

    /// @notice Uses up the sender's redirect nonce: nothing that it signed with it can be used any more.
    /// @param nonce The nonce, which is the sender's current one.
    function cancelRedirect(uint256 nonce) external;

    // ---- views ----

    /// @notice The EIP-712 domain separator.
    /// @return The separator for this chain and this contract.
    function domainSeparator() external view returns (bytes32);

    /// @notice A channel's id: the EIP-712 digest of its terms.
    /// @param terms The terms.
    /// @return The id. Terms that make no channel have one, too.
    function channelId(ChannelTerms calldata terms) external view returns (bytes32);

    /// @notice A virtual channel's id: the EIP-712 digest of its terms.
    /// @param terms The terms.
    /// @return The id. Terms that make no virtual channel have one, too.
    function virtualId(VirtualTerms calldata terms) external view returns (bytes32);

    /// @notice What the chain holds of a channel.
    /// @param id The channel.
    /// @return The state; that of an open channel without deposits if nothing is known of the id.
    function channelState(bytes32 id) external view returns (ChannelState memory);

    /// @notice What the chain holds of a virtual channel.
    /// @param id The virtual channel.
    /// @return amount Highest amount redeemed.
    /// @return finalAt From this timestamp on it is final; 0 if its window never began.
    function virtualState(bytes32 id) external view returns (uint128 amount, uint64 finalAt);

    /// @notice Whether a slot of a settled channel's lane was unlocked, as long as something is left in the lane's pool: nothing is
    /// kept of a lane that is over.
    /// @param id The channel.
    /// @param lane The lane.
    /// @param index The slot.
    /// @return Whether it was.
    function isUnlocked(bytes32 id, uint8 lane, uint32 index) external view returns (bool);

    /// @notice What waits for an account.
    /// @param account Whose.
    /// @param token Zero for the native token.
    /// @return How much, in the token's base units.
    function creditOf(address account, address token) external view returns (uint256);

    /// @notice The nonce that the account's next CreditRedirect carries.
    /// @param account Whose.
    /// @return The nonce; 0 for an account that never used one.
    function redirectNonce(address account) external view returns (uint256);

    /// @notice EIP-5267: how the domain is made.
    /// @return fields Which of the following are part of it.
    /// @return name The contract's name.
    /// @return version Its version.
    /// @return chainId This chain.
    /// @return verifyingContract This contract.
    /// @return salt None.
    /// @return extensions None.
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        );
}
