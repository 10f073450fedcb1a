// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../interfaces/ISluiceEvents.sol";
import { ChannelTerms, LaneLocks, SignedLane } from "../interfaces/SluiceTypes.sol";
import { Channels } from "./Channels.sol";
import { Hashes } from "./Hashes.sol";
import { LaneWord } from "./LaneWord.sol";
import { Messages } from "./Messages.sol";
import { Signatures } from "./Signatures.sol";
import { ChannelSlots } from "./Store.sol";
import { TypedData } from "./TypedData.sol";

/// @title Lanes
/// @notice Showing lane vouchers.
library Lanes {
    /// @notice Takes a voucher into the lane: higher seq replaces lower.
    /// @param was The lane's word, which may not be stored yet.
    /// @param sender Who shows it; zero if somebody relays, who then needs the receiver's signature.
    function show(
        ChannelSlots storage slots,
        bytes32 id,
        bytes32 domain,
        ChannelTerms calldata terms,
        SignedLane calldata voucher,
        LaneWord was,
        address sender
    ) internal {
        (uint8 lane, uint64 seq, uint128 locked) = (voucher.lane, voucher.seq, voucher.locked);
        if (seq <= was.seq()) revert ISluiceErrors.StaleVoucher(id, lane, was.seq(), seq);
        bytes32 root = voucher.locksRoot;
        if (locked != 0 && root == 0) revert ISluiceErrors.BadLocks(locked, root);
        requireSigned(id, domain, terms, voucher, lane, sender);
        uint128 paid = voucher.paid;
        slots.lanes[lane] = was.withVoucher(seq, paid, locked != 0);
        if (locked != 0) slots.locksHashes[lane] = hashOf(locked, root);
        else if (was.hasLocks()) slots.locksHashes[lane] = 0;
        emit ISluiceEvents.LaneUpdated(id, lane, seq, paid, locked, root);
    }

    /// @notice The locked sum that counts at settlement; refuses locks that are not those last shown.
    function lockedOf(ChannelSlots storage slots, bytes32 id, uint8 lane, LaneWord word, LaneLocks calldata locks)
        internal
        view
        returns (uint128)
    {
        if (!word.hasLocks()) return 0;
        requireLocks(slots, id, lane, locks.locked, locks.locksRoot);
        return locks.locked;
    }

    /// @notice Refuses a sum and root that are not those last shown.
    function requireLocks(ChannelSlots storage slots, bytes32 id, uint8 lane, uint128 locked, bytes32 locksRoot)
        internal
        view
    {
        if (slots.locksHashes[lane] != hashOf(locked, locksRoot)) revert ISluiceErrors.LocksMismatch(id, lane);
    }

    /// @notice What is stored of a lane's locks.
    function hashOf(uint128 locked, bytes32 locksRoot) internal pure returns (bytes32) {
        return Hashes.words(bytes32(uint256(locked)), locksRoot);
    }

    // The payer's signature alone is not enough: it could sign a high seq that owes nothing. The receiver, by sending or
    // signing, says that this is the newest that it accepted.
    function requireSigned(
        bytes32 id,
        bytes32 domain,
        ChannelTerms calldata terms,
        SignedLane calldata voucher,
        uint8 lane,
        address sender
    ) private pure {
        bytes32 digest = TypedData.digest(domain, Messages.ofLane(id, voucher));
        address payer = Channels.payerSigner(terms, lane);
        if (!Signatures.isBy(payer, digest, voucher.payerSignature)) revert ISluiceErrors.BadSignature(digest, payer);
        if (Channels.speaksFor(terms, 1 - lane, sender)) return;
        if (Signatures.isNone(voucher.receiverSignature)) revert ISluiceErrors.NotReceiver(id, lane, sender);
        address receiver = Channels.receiverSigner(terms, lane);
        if (!Signatures.isBy(receiver, digest, voucher.receiverSignature)) {
            revert ISluiceErrors.BadSignature(digest, receiver);
        }
    }
}
