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
    Subtree,
    Unlock,
    VirtualGroup,
    VirtualTerms
} from "./interfaces/SluiceTypes.sol";
import { ChannelViews } from "./libraries/channels/ChannelViews.sol";
import { Channels } from "./libraries/channels/Channels.sol";
import { Cooperative } from "./libraries/channels/Cooperative.sol";
import { Deposits } from "./libraries/channels/Deposits.sol";
import { Disputes } from "./libraries/channels/Disputes.sol";
import { Guard } from "./libraries/Guard.sol";
import { Unlocking } from "./libraries/locks/Unlocking.sol";
import { Payouts } from "./libraries/payments/Payouts.sol";
import { Redirects } from "./libraries/payments/Redirects.sol";
import { TokenPull } from "./libraries/payments/TokenPull.sol";
import { Refusals } from "./libraries/Refusals.sol";
import { Hashes } from "./libraries/signing/Hashes.sol";
import { Messages } from "./libraries/signing/Messages.sol";
import { Signatures } from "./libraries/signing/Signatures.sol";
import { TermsHash } from "./libraries/signing/TermsHash.sol";
import { TypedData } from "./libraries/signing/TypedData.sol";
import { ChannelSlots, Store } from "./libraries/Store.sol";
import { Groups } from "./libraries/virtuals/Groups.sol";
import { VirtualClosing } from "./libraries/virtuals/VirtualClosing.sol";
import { VirtualWord } from "./libraries/virtuals/VirtualWord.sol";
import { Virtuals } from "./libraries/virtuals/Virtuals.sol";

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

    // ---- deposits ----

    /// @inheritdoc ISluice
    function depositWithValue(ChannelTerms calldata terms, uint8 party) external payable notEntered {
        if (!Channels.isNative(terms)) revert NeedsNative(terms.token);
        bytes32 id = channelId(terms);
        Deposits.record(store.channels[id], id, terms, party, msg.value);
    }

    /// @inheritdoc ISluice
    function depositWithAllowance(ChannelTerms calldata terms, uint8 party, uint256 amount) external nonReentrant {
        (bytes32 id, uint256 before) = beforePull(terms);
        bool answers = TokenPull.byAllowance(terms.token, amount);
        afterPull(terms, id, party, before, answers);
    }

    /// @inheritdoc ISluice
    function depositWithPermit(ChannelTerms calldata terms, uint8 party, uint256 amount, Permit calldata permit)
        external
        nonReentrant
    {
        (bytes32 id, uint256 before) = beforePull(terms);
        TokenPull.tryPermit(terms.token, amount, permit);
        bool answers = TokenPull.byAllowance(terms.token, amount);
        afterPull(terms, id, party, before, answers);
    }

    /// @inheritdoc ISluice
    function depositWithAuthorization(
        ChannelTerms calldata terms,
        uint8 party,
        ReceiveAuthorization calldata authorization
    ) external nonReentrant {
        (bytes32 id, uint256 before) = beforePull(terms);
        TokenPull.byAuthorization(terms.token, id, party, authorization);
        afterPull(terms, id, party, before, false);
    }

    /// @inheritdoc ISluice
    function depositWithPermit2(ChannelTerms calldata terms, uint8 party, Permit2Transfer calldata transfer)
        external
        nonReentrant
    {
        (bytes32 id, uint256 before) = beforePull(terms);
        TokenPull.byPermit2(terms.token, id, party, transfer);
        afterPull(terms, id, party, before, false);
    }

    // ---- what both parties agreed on ----

    /// @inheritdoc ISluice
    function withdraw(
        ChannelTerms calldata terms,
        uint8 party,
        uint128 total,
        uint64 deadline,
        CompactSignature calldata signatureA,
        CompactSignature calldata signatureB,
        uint8 asCredit
    ) external nonReentrant {
        Channels.requireParty(party);
        Channels.requireBefore(deadline);
        bytes32 id = channelId(terms);
        bytes32 digest = digestOf(Messages.ofWithdrawal(id, party, total, deadline));
        Cooperative.requireBoth(terms, digest, signatureA, signatureB);
        uint128 part = Cooperative.withdraw(store.channels[id], id, terms, party, total);
        Payouts.pay(store, terms.token, Channels.accountOf(terms, party), part, asCredit >> party & 1 != 0);
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
    ) external nonReentrant {
        Channels.requireParty(from);
        Channels.requireBefore(deadline);
        bytes32 id = channelId(terms);
        bytes32 digest = digestOf(Messages.ofClose(id, from, amount, deadline));
        Cooperative.requireBoth(terms, digest, signatureA, signatureB);
        (uint128 paidA, uint128 paidB) = Cooperative.close(store.channels[id], id, terms, from, amount);
        Payouts.payBoth(store, terms, paidA, paidB, asCredit);
    }

    // ---- closing alone ----

    /// @inheritdoc ISluice
    function startClose(ChannelTerms calldata terms, SignedLane calldata voucher) external notEntered {
        bytes32 id = channelId(terms);
        Channels.requireSpeaker(terms, id, msg.sender);
        Disputes.start(store.channels[id], id, domainSeparator(), terms, voucher, msg.sender);
    }

    /// @inheritdoc ISluice
    function startCloseFor(
        ChannelTerms calldata terms,
        SignedLane calldata voucher,
        SignedCloseRequest calldata request
    ) external notEntered {
        bytes32 id = channelId(terms);
        Channels.requireSpeaker(terms, id, request.by);
        requireRequest(Hashes.word(id), request);
        Disputes.start(store.channels[id], id, domainSeparator(), terms, voucher, address(0));
    }

    /// @inheritdoc ISluice
    function updateLane(ChannelTerms calldata terms, SignedLane calldata voucher) external notEntered {
        bytes32 id = channelId(terms);
        ChannelSlots storage slots = store.channels[id];
        Disputes.requireRunning(slots, id);
        Refusals.raise(Disputes.tryShow(slots, id, domainSeparator(), terms, voucher, msg.sender));
    }

    /// @inheritdoc ISluice
    function updateLanes(ChannelTerms calldata terms, SignedLane[] calldata vouchers) external notEntered {
        bytes32 id = channelId(terms);
        ChannelSlots storage slots = store.channels[id];
        Disputes.requireRunning(slots, id);
        for (uint256 i; i < vouchers.length; ++i) {
            Refusals.skip(Disputes.tryShow(slots, id, domainSeparator(), terms, vouchers[i], msg.sender), id, i);
        }
    }

    /// @inheritdoc ISluice
    function settle(ChannelTerms calldata terms, LaneLocks calldata locks0, LaneLocks calldata locks1, uint8 asCredit)
        external
        nonReentrant
    {
        bytes32 id = channelId(terms);
        (uint128 paidA, uint128 paidB) = Disputes.settle(store.channels[id], id, locks0, locks1);
        Payouts.payBoth(store, terms, paidA, paidB, asCredit);
    }

    /// @inheritdoc ISluice
    function unlock(ChannelTerms calldata terms, uint8 lane, uint128 locked, Unlock calldata item, uint8 asCredit)
        external
        nonReentrant
    {
        Unlocking.Lane memory l = Unlocking.read(store, channelId(terms), lane, locked);
        Refusals.raise(Unlocking.tryUnlock(store, l, item));
        finishUnlocking(terms, l, asCredit);
    }

    /// @inheritdoc ISluice
    function unlockBatch(
        ChannelTerms calldata terms,
        uint8 lane,
        uint128 locked,
        Unlock[] calldata items,
        uint8 asCredit
    ) external nonReentrant {
        Unlocking.Lane memory l = Unlocking.read(store, channelId(terms), lane, locked);
        for (uint256 i; i < items.length; ++i) {
            Refusals.skip(Unlocking.tryUnlock(store, l, items[i]), l.id, i);
        }
        finishUnlocking(terms, l, asCredit);
    }

    /// @inheritdoc ISluice
    function unlockSubtree(
        ChannelTerms calldata terms,
        uint8 lane,
        uint128 locked,
        Subtree calldata subtree,
        uint8 asCredit
    ) external nonReentrant {
        Unlocking.Lane memory l = Unlocking.read(store, channelId(terms), lane, locked);
        Unlocking.unlockSubtree(store, l, subtree);
        finishUnlocking(terms, l, asCredit);
    }

    // ---- virtual channels ----

    /// @inheritdoc ISluice
    function closeVirtual(VirtualTerms calldata terms) external notEntered {
        bytes32 id = virtualId(terms);
        Refusals.raise(VirtualClosing.tryStart(store.virtuals[id], id, terms, msg.sender));
    }

    /// @inheritdoc ISluice
    function closeVirtualFor(VirtualTerms calldata terms, SignedCloseRequest calldata request) external notEntered {
        bytes32 id = virtualId(terms);
        requireRequest(Hashes.word(id), request);
        Refusals.raise(VirtualClosing.tryStart(store.virtuals[id], id, terms, request.by));
    }

    /// @inheritdoc ISluice
    function closeVirtuals(VirtualTerms[] calldata items) external notEntered {
        for (uint256 i; i < items.length; ++i) {
            bytes32 id = virtualId(items[i]);
            Refusals.skip(VirtualClosing.tryStart(store.virtuals[id], id, items[i], msg.sender), id, i);
        }
    }

    /// @inheritdoc ISluice
    function closeVirtualsFor(VirtualTerms[] calldata items, SignedCloseRequest calldata request) external notEntered {
        bytes32[] memory ids = new bytes32[](items.length);
        for (uint256 i; i < items.length; ++i) {
            ids[i] = virtualId(items[i]);
        }
        requireRequest(keccak256(abi.encodePacked(ids)), request);
        for (uint256 i; i < items.length; ++i) {
            bytes32 id = ids[i];
            Refusals.skip(VirtualClosing.tryStart(store.virtuals[id], id, items[i], request.by), id, i);
        }
    }

    /// @inheritdoc ISluice
    function closeVirtualsByLocks(
        VirtualTerms[] calldata items,
        ChannelTerms calldata channel,
        uint8 lane,
        uint128 locked,
        Subtree calldata subtree
    ) external notEntered {
        Unlocking.requireSubtree(Unlocking.read(store, channelId(channel), lane, locked), subtree);
        (address payer, address receiver) = Channels.signersOf(channel, lane);
        uint256 position;
        for (uint256 i; i < items.length; ++i) {
            bytes32 id = virtualId(items[i]);
            uint256 found = VirtualClosing.nextLock(subtree.slots, id, position);
            if (found == subtree.slots.length) {
                emit Skipped(id, i, NoLock.selector);
                continue;
            }
            position = found + 1;
            Refusals.skip(VirtualClosing.tryStartByLock(store.virtuals[id], id, items[i], payer, receiver), id, i);
        }
    }

    /// @inheritdoc ISluice
    function redeem(VirtualTerms calldata terms, SignedVoucher calldata voucher) external notEntered {
        bytes32 id = virtualId(terms);
        Refusals.raise(Virtuals.tryRedeem(store.virtuals[id], id, domainSeparator(), terms, voucher));
    }

    /// @inheritdoc ISluice
    function redeemBatch(Redemption[] calldata items) external notEntered {
        bytes32 domain = domainSeparator();
        for (uint256 i; i < items.length; ++i) {
            VirtualTerms calldata terms = items[i].terms;
            bytes32 id = TypedData.digest(domain, TermsHash.ofVirtual(terms));
            Refusals.skip(Virtuals.tryRedeem(store.virtuals[id], id, domain, terms, items[i].voucher), id, i);
        }
    }

    /// @inheritdoc ISluice
    function redeemGroup(VirtualGroup calldata group, GroupRedemption[] calldata items) external notEntered {
        Groups.redeem(store, domainSeparator(), group, items);
    }

    // ---- credits ----

    /// @inheritdoc ISluice
    function pushCredit(address account, address token) external nonReentrant {
        Payouts.payCredit(store, account, token);
    }

    /// @inheritdoc ISluice
    function redirectCredit(address token, address to, uint256 amount) external nonReentrant {
        Payouts.payCreditPart(store, msg.sender, token, to, amount);
    }

    /// @inheritdoc ISluice
    function redirectCreditFor(CreditRedirect calldata redirect, bytes calldata signature) external nonReentrant {
        Redirects.consume(store, digestOf(Messages.ofRedirect(redirect)), redirect, signature);
        if (redirect.amount == 0) return;
        Payouts.payCreditPart(store, redirect.account, redirect.token, redirect.to, redirect.amount);
    }

    /// @inheritdoc ISluice
    function cancelRedirect(uint256 nonce) external notEntered {
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
        return ChannelViews.stateOf(store.channels[id]);
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

    // Refuses unless `request.by` signed CloseRequest(ids, deadline) and the deadline has not passed; the hash is of the ids, one
    // after another.
    function requireRequest(bytes32 idsHash, SignedCloseRequest calldata request) private view {
        Channels.requireBefore(request.deadline);
        bytes32 digest = digestOf(Messages.ofCloseRequest(idsHash, request.deadline));
        if (!Signatures.isConsent(request.by, digest, request.signature)) revert BadSignature(digest, request.by);
    }

    function beforePull(ChannelTerms calldata terms) private view returns (bytes32 id, uint256 before) {
        if (terms.token == address(0)) revert NeedsToken();
        return (channelId(terms), TokenPull.balance(terms.token));
    }

    // A token that did not answer its transfer is asked, the first time in a channel, whether it is an ERC-20.
    function afterPull(ChannelTerms calldata terms, bytes32 id, uint8 party, uint256 before, bool answers) private {
        uint256 received = TokenPull.balance(terms.token) - before;
        bool isFirst = Deposits.record(store.channels[id], id, terms, party, received);
        if (isFirst && !answers) TokenPull.requireErc20(terms.token);
    }

    function finishUnlocking(ChannelTerms calldata terms, Unlocking.Lane memory l, uint8 asCredit) private {
        Unlocking.write(store, l);
        (uint256 toA, uint256 toB) = l.lane == 0 ? (l.toPayer, l.toReceiver) : (l.toReceiver, l.toPayer);
        Payouts.payBoth(store, terms, toA, toB, asCredit);
    }
}
