// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import { IResolver } from "./interfaces/IResolver.sol";
import { ISluice } from "./interfaces/ISluice.sol";
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
    Unlock,
    VirtualGroup,
    VirtualLock,
    VirtualTerms
} from "./interfaces/SluiceTypes.sol";
import { Channels } from "./libraries/Channels.sol";
import { Closing } from "./libraries/Closing.sol";
import { Deposits } from "./libraries/Deposits.sol";
import { Groups } from "./libraries/Groups.sol";
import { Guard } from "./libraries/Guard.sol";
import { Hashes } from "./libraries/Hashes.sol";
import { Messages } from "./libraries/Messages.sol";
import { Payouts } from "./libraries/Payouts.sol";
import { Redirects } from "./libraries/Redirects.sol";
import { Store } from "./libraries/Store.sol";
import { TermsHash } from "./libraries/TermsHash.sol";
import { Together } from "./libraries/Together.sol";
import { TokenPull } from "./libraries/TokenPull.sol";
import { TypedData } from "./libraries/TypedData.sol";
import { Unlocking } from "./libraries/Unlocking.sol";
import { Views } from "./libraries/Views.sol";
import { VirtualClosing } from "./libraries/VirtualClosing.sol";
import { VirtualWord } from "./libraries/VirtualWord.sol";
import { Virtuals } from "./libraries/Virtuals.sol";

/// @title Sluice
/// @notice Payment channels and virtual channels. No owner, no pause, no upgrade. What each call does is said in ISluice.
contract Sluice is ISluice, Guard {
    string private constant NAME = "Sluice";

    uint256 private immutable cachedChainId;
    bytes32 private immutable cachedSeparator;

    Store private store;

    constructor() {
        cachedChainId = block.chainid;
        cachedSeparator = TypedData.domain(NAME, address(this));
    }

    // ---- ways in ----

    /// @inheritdoc ISluice
    function depositWithValue(ChannelTerms calldata terms, uint8 party) external payable unentered {
        if (!Channels.isNative(terms)) revert NeedsNative(terms.token);
        bytes32 id = channelId(terms);
        Deposits.record(store.channels[id], id, terms, party, msg.value);
    }

    /// @inheritdoc ISluice
    function depositWithAllowance(ChannelTerms calldata terms, uint8 party, uint256 amount) external guarded {
        (bytes32 id, uint256 before) = beforePull(terms);
        TokenPull.byAllowance(terms.token, amount);
        afterPull(terms, id, party, before);
    }

    /// @inheritdoc ISluice
    function depositWithPermit(ChannelTerms calldata terms, uint8 party, uint256 amount, Permit calldata permit)
        external
        guarded
    {
        (bytes32 id, uint256 before) = beforePull(terms);
        TokenPull.tryPermit(terms.token, amount, permit);
        TokenPull.byAllowance(terms.token, amount);
        afterPull(terms, id, party, before);
    }

    /// @inheritdoc ISluice
    function depositWithAuthorization(
        ChannelTerms calldata terms,
        uint8 party,
        ReceiveAuthorization calldata authorization
    ) external guarded {
        (bytes32 id, uint256 before) = beforePull(terms);
        TokenPull.byAuthorization(terms.token, id, party, authorization);
        afterPull(terms, id, party, before);
    }

    /// @inheritdoc ISluice
    function depositWithPermit2(ChannelTerms calldata terms, uint8 party, Permit2Transfer calldata transfer)
        external
        guarded
    {
        (bytes32 id, uint256 before) = beforePull(terms);
        TokenPull.byPermit2(terms.token, id, party, transfer);
        afterPull(terms, id, party, before);
    }

    // ---- together ----

    /// @inheritdoc ISluice
    function withdraw(
        ChannelTerms calldata terms,
        uint8 party,
        uint128 total,
        uint64 deadline,
        CompactSignature calldata signatureA,
        CompactSignature calldata signatureB,
        uint8 asCredit
    ) external guarded {
        Channels.requireParty(party);
        Channels.requireBefore(deadline);
        bytes32 id = channelId(terms);
        Together.requireBoth(terms, digestOf(Messages.ofWithdrawal(id, party, total, deadline)), signatureA, signatureB);
        uint128 part = Together.withdraw(store.channels[id], id, party, total);
        address account = party == 0 ? terms.a.account : terms.b.account;
        Payouts.pay(store, terms.token, account, part, asCredit >> party & 1 != 0);
    }

    /// @inheritdoc ISluice
    function close(
        ChannelTerms calldata terms,
        uint8 from,
        uint128 amount,
        uint64 deadline,
        CompactSignature calldata signatureA,
        CompactSignature calldata signatureB,
        uint8 asCredit
    ) external guarded {
        Channels.requireParty(from);
        Channels.requireBefore(deadline);
        bytes32 id = channelId(terms);
        Together.requireBoth(terms, digestOf(Messages.ofClose(id, from, amount, deadline)), signatureA, signatureB);
        (uint128 paidA, uint128 paidB) = Together.close(store.channels[id], id, from, amount);
        Payouts.payBoth(store, terms, paidA, paidB, asCredit);
    }

    // ---- alone ----

    /// @inheritdoc ISluice
    function startClose(ChannelTerms calldata terms, SignedLane calldata voucher) external unentered {
        bytes32 id = channelId(terms);
        Closing.requireSpeaker(terms, id, msg.sender);
        Closing.start(store.channels[id], id, domainSeparator(), terms, voucher, msg.sender);
    }

    /// @inheritdoc ISluice
    function startCloseFor(
        ChannelTerms calldata terms,
        SignedLane calldata voucher,
        SignedCloseRequest calldata request
    ) external guarded {
        bytes32 id = channelId(terms);
        Closing.requireSpeaker(terms, id, request.by);
        Closing.requireRequest(domainSeparator(), Hashes.word(id), request);
        Closing.start(store.channels[id], id, domainSeparator(), terms, voucher, address(0));
    }

    /// @inheritdoc ISluice
    function updateLane(ChannelTerms calldata terms, SignedLane calldata voucher) external unentered {
        bytes32 id = channelId(terms);
        Closing.update(store.channels[id], id, domainSeparator(), terms, voucher, msg.sender);
    }

    /// @inheritdoc ISluice
    function settle(ChannelTerms calldata terms, LaneLocks calldata locks0, LaneLocks calldata locks1, uint8 asCredit)
        external
        guarded
    {
        bytes32 id = channelId(terms);
        (uint128 paidA, uint128 paidB) = Closing.settle(store.channels[id], id, locks0, locks1);
        Payouts.payBoth(store, terms, paidA, paidB, asCredit);
    }

    /// @inheritdoc ISluice
    function unlock(ChannelTerms calldata terms, uint8 lane, uint128 locked, Unlock calldata item, uint8 asCredit)
        external
        guarded
    {
        Unlocking.Run memory run = Unlocking.begin(store, channelId(terms), lane, locked);
        Unlocking.one(store, run, item, false);
        Unlocking.end(store, run);
        payRun(terms, run, asCredit);
    }

    /// @inheritdoc ISluice
    function unlockBatch(
        ChannelTerms calldata terms,
        uint8 lane,
        uint128 locked,
        Unlock[] calldata items,
        uint8 asCredit
    ) external guarded {
        Unlocking.Run memory run = Unlocking.begin(store, channelId(terms), lane, locked);
        for (uint256 i; i < items.length; ++i) {
            bytes4 refusal = Unlocking.one(store, run, items[i], true);
            if (refusal != 0) emit Skipped(run.id, i, refusal);
        }
        Unlocking.end(store, run);
        payRun(terms, run, asCredit);
    }

    // ---- virtual channels ----

    /// @inheritdoc ISluice
    function closeVirtual(VirtualTerms calldata terms) external unentered {
        bytes32 id = virtualId(terms);
        VirtualClosing.requireMember(terms, id, msg.sender);
        Virtuals.start(store, id, terms.disputeWindow);
    }

    /// @inheritdoc ISluice
    function closeVirtualFor(VirtualTerms calldata terms, SignedCloseRequest calldata request) external guarded {
        bytes32 id = virtualId(terms);
        VirtualClosing.requireMember(terms, id, request.by);
        Closing.requireRequest(domainSeparator(), Hashes.word(id), request);
        Virtuals.start(store, id, terms.disputeWindow);
    }

    /// @inheritdoc ISluice
    function closeVirtualByLock(VirtualTerms calldata terms, ChannelTerms calldata channel, VirtualLock calldata lock)
        external
        guarded
    {
        bytes32 id = virtualId(terms);
        VirtualClosing.requireLock(store, terms, id, channel, channelId(channel), lock);
        Virtuals.start(store, id, terms.disputeWindow);
    }

    /// @inheritdoc ISluice
    function redeem(VirtualTerms calldata terms, SignedVoucher calldata voucher) external unentered {
        Virtuals.redeem(store, virtualId(terms), domainSeparator(), terms, voucher, msg.sender, false);
    }

    /// @inheritdoc ISluice
    function redeemBatch(Redemption[] calldata items) external unentered {
        bytes32 domain = domainSeparator();
        for (uint256 i; i < items.length; ++i) {
            VirtualTerms calldata terms = items[i].terms;
            bytes32 id = TypedData.digest(domain, TermsHash.ofVirtual(terms));
            bytes4 refusal = Virtuals.redeem(store, id, domain, terms, items[i].voucher, msg.sender, true);
            if (refusal != 0) emit Skipped(id, i, refusal);
        }
    }

    /// @inheritdoc ISluice
    function redeemGroup(VirtualGroup calldata group, GroupRedemption[] calldata items) external unentered {
        Groups.redeem(store, domainSeparator(), group, items, msg.sender);
    }

    // ---- credits ----

    /// @inheritdoc ISluice
    function pushCredit(address account, address token) external guarded {
        Payouts.payCredit(store, account, token);
    }

    /// @inheritdoc ISluice
    function redirectCredit(address token, address to, uint256 amount) external guarded {
        Payouts.payCreditPart(store, msg.sender, token, to, amount);
    }

    /// @inheritdoc ISluice
    function redirectCreditFor(CreditRedirect calldata redirect, bytes calldata signature) external guarded {
        Redirects.consume(store, digestOf(Messages.ofRedirect(redirect)), redirect, signature);
        if (redirect.amount == 0) return;
        Payouts.payCreditPart(store, redirect.account, redirect.token, redirect.to, redirect.amount);
    }

    /// @inheritdoc ISluice
    function cancelRedirect(uint256 nonce) external unentered {
        Redirects.useNonce(store, msg.sender, nonce);
    }

    // ---- views ----

    /// @inheritdoc ISluice
    function domainSeparator() public view returns (bytes32) {
        return block.chainid == cachedChainId ? cachedSeparator : TypedData.domain(NAME, address(this));
    }

    /// @inheritdoc ISluice
    function channelId(ChannelTerms calldata terms) public view returns (bytes32) {
        return digestOf(TermsHash.ofChannel(terms));
    }

    /// @inheritdoc ISluice
    function virtualId(VirtualTerms calldata terms) public view returns (bytes32) {
        return digestOf(TermsHash.ofVirtual(terms));
    }

    /// @inheritdoc ISluice
    function channelState(bytes32 id) external view returns (ChannelState memory) {
        return Views.channel(store.channels[id]);
    }

    /// @inheritdoc ISluice
    function virtualState(bytes32 id) external view returns (uint128 amount, uint64 finalAt) {
        VirtualWord word = store.virtuals[id].word;
        return (word.amount(), word.finalAt());
    }

    /// @inheritdoc IResolver
    function payout(bytes32 id, uint8 side) external view returns (bool isFinal, uint128 amount) {
        return Unlocking.ownPayout(store, id, side);
    }

    /// @inheritdoc ISluice
    function isUnlocked(bytes32 id, uint8 lane, uint32 index) external view returns (bool) {
        Channels.requireLane(lane);
        return Unlocking.isUnlocked(store, id, lane, index);
    }

    /// @inheritdoc ISluice
    function creditOf(address account, address token) external view returns (uint256) {
        return store.credits[account][token];
    }

    /// @inheritdoc ISluice
    function redirectNonce(address account) external view returns (uint256) {
        return store.redirectNonces[account];
    }

    /// @inheritdoc ISluice
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
        )
    {
        return (0x0f, NAME, "1", block.chainid, address(this), 0, new uint256[](0));
    }

    // ---- inside ----

    function digestOf(bytes32 structHash) private view returns (bytes32) {
        return TypedData.digest(domainSeparator(), structHash);
    }

    function beforePull(ChannelTerms calldata terms) private view returns (bytes32 id, uint256 before) {
        if (terms.token == address(0)) revert NeedsToken();
        return (channelId(terms), TokenPull.balance(terms.token));
    }

    function afterPull(ChannelTerms calldata terms, bytes32 id, uint8 party, uint256 before) private {
        Deposits.record(store.channels[id], id, terms, party, TokenPull.balance(terms.token) - before);
    }

    function payRun(ChannelTerms calldata terms, Unlocking.Run memory run, uint8 asCredit) private {
        (uint256 toA, uint256 toB) = run.lane == 0 ? (run.toPayer, run.toReceiver) : (run.toReceiver, run.toPayer);
        Payouts.payBoth(store, terms, toA, toB, asCredit);
    }
}
