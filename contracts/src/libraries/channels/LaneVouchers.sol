// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../../interfaces/ISluiceErrors.sol";
import { ChannelTerms, SignedLane } from "../../interfaces/SluiceTypes.sol";
import { Hashes } from "../signing/Hashes.sol";
import { Messages } from "../signing/Messages.sol";
import { Signatures } from "../signing/Signatures.sol";
import { TypedData } from "../signing/TypedData.sol";
import { ChannelSlots } from "../Store.sol";
import { Channels } from "./Channels.sol";
import { DisputeWord } from "./DisputeWord.sol";

/// @title LaneVouchers
/// @notice Showing lane vouchers: the rule, and what it writes.
library LaneVouchers {
    /// @notice Why a voucher may not be shown for its lane; no bytes if it may. The payer's signature alone is not enough: it could
    /// sign a high seq that owes nothing. The receiver, by sending or signing, says that this is the newest that it accepted.
    /// @param shownSeq The seq last shown for the lane.
    /// @param id The channel.
    /// @param domain The domain separator.
    /// @param terms The channel's terms.
    /// @param voucher The voucher, of a lane that there is.
    /// @param sender Who shows it; zero if somebody relays, who then needs the receiver's signature.
    function check(
        uint64 shownSeq,
        bytes32 id,
        bytes32 domain,
        ChannelTerms calldata terms,
        SignedLane calldata voucher,
        address sender
    ) internal view returns (bytes memory refusal) {
        (uint8 lane, uint64 seq, uint128 locked) = (voucher.lane, voucher.seq, voucher.locked);
        if (seq <= shownSeq) {
            return abi.encodeWithSelector(ISluiceErrors.StaleVoucher.selector, id, lane, shownSeq, seq);
        }
        bytes32 root = voucher.locksRoot;
        if (locked != 0 && root == 0) return abi.encodeWithSelector(ISluiceErrors.BadLocks.selector, locked, root);
        bytes32 digest = TypedData.digest(domain, Messages.ofLane(id, voucher));
        (address payer, address receiver) = Channels.signersOf(terms, lane);
        if (!Signatures.isBy(payer, digest, voucher.payerSignature)) {
            return abi.encodeWithSelector(ISluiceErrors.BadSignature.selector, digest, payer);
        }
        if (Channels.speaksFor(terms, 1 - lane, sender)) return refusal;
        if (Signatures.isNone(voucher.receiverSignature)) {
            return abi.encodeWithSelector(ISluiceErrors.NotReceiver.selector, id, lane, sender);
        }
        if (!Signatures.isBy(receiver, digest, voucher.receiverSignature)) {
            return abi.encodeWithSelector(ISluiceErrors.BadSignature.selector, digest, receiver);
        }
    }

    /// @notice Puts a voucher that was checked in the place of the lane's last one.
    /// @param slots The channel.
    /// @param voucher The voucher.
    /// @param word The lane so far, which may not be stored yet.
    /// @return laneAndSeq What events tell of it, as here and below.
    /// @return paidAndLocked Its paid total, and its locked sum.
    /// @return root Its root.
    function write(ChannelSlots storage slots, SignedLane calldata voucher, DisputeWord word)
        internal
        returns (uint256 laneAndSeq, uint256 paidAndLocked, bytes32 root)
    {
        (uint8 lane, uint64 seq, uint128 paid, uint128 locked) =
            (voucher.lane, voucher.seq, voucher.paid, voucher.locked);
        root = voucher.locksRoot;
        slots.lanes[lane].word = DisputeWord.unwrap(word.withVoucher(seq, paid, locked != 0));
        if (locked != 0) slots.lanes[lane].locksHash = hashOf(locked, root);
        else if (word.hasLocks()) slots.lanes[lane].locksHash = 0;
        return (uint256(lane) << 128 | seq, uint256(paid) << 128 | locked, root);
    }

    /// @notice Refuses a locked sum and root that are not those of the voucher last shown.
    /// @param slots The channel.
    /// @param id Its id.
    /// @param lane The lane.
    /// @param locked The sum.
    /// @param locksRoot The root.
    function requireLocks(ChannelSlots storage slots, bytes32 id, uint8 lane, uint128 locked, bytes32 locksRoot)
        internal
        view
    {
        if (slots.lanes[lane].locksHash != hashOf(locked, locksRoot)) revert ISluiceErrors.LocksMismatch(id, lane);
    }

    /// @notice What is stored of a lane's locks.
    /// @param locked Their sum.
    /// @param locksRoot Their root.
    function hashOf(uint128 locked, bytes32 locksRoot) internal pure returns (bytes32) {
        return Hashes.words(bytes32(uint256(locked)), locksRoot);
    }
}
