// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../../interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../../interfaces/ISluiceEvents.sol";
import { CompactSignature, SignedVoucher, VirtualTerms } from "../../interfaces/SluiceTypes.sol";
import { Messages } from "../signing/Messages.sol";
import { Signatures } from "../signing/Signatures.sol";
import { TypedData } from "../signing/TypedData.sol";
import { NonceMinute } from "../NonceMinute.sol";
import { VirtualSlot } from "../Store.sol";
import { Ticks } from "./Ticks.sol";
import { VirtualWord, VirtualWords } from "./VirtualWord.sol";

/// @title Virtuals
/// @notice Virtual channels: whose terms can be closed, what may raise their amount.
library Virtuals {
    uint256 private constant SHORTEST_PATH = 2;
    uint256 private constant LONGEST_PATH = 6;
    /// @dev Where the nonce stands in calldata.
    uint256 private constant NONCE_OFFSET = 0x80;

    /// @notice Why terms make no virtual channel, or none yet; no bytes if they do. Asked by whatever starts a window: nothing else
    /// writes the word of an id first.
    /// @param terms The terms.
    function checkTerms(VirtualTerms calldata terms) internal view returns (bytes memory refusal) {
        uint256 nonce = nonceOf(terms);
        if (NonceMinute.isAhead(nonce)) return NonceMinute.refusalOf(nonce);
        return checkPathAndWindow(terms.path.length, terms.disputeWindow);
    }

    /// @notice The part of it that a group shares.
    /// @param pathLength How many members the path has.
    /// @param disputeWindow The window.
    function checkPathAndWindow(uint256 pathLength, uint32 disputeWindow) internal pure returns (bytes memory refusal) {
        if (pathLength < SHORTEST_PATH || pathLength > LONGEST_PATH) {
            return abi.encodeWithSelector(ISluiceErrors.BadPath.selector, pathLength);
        }
        if (disputeWindow == 0) return abi.encodeWithSelector(ISluiceErrors.ZeroWindow.selector);
    }

    /// @notice The redemption rule: what a voucher makes of a virtual channel's word, or why it does nothing.
    /// @param word The word so far.
    /// @param id The virtual channel.
    /// @param amount The voucher's value, at most the capacity.
    /// @param windowEnd When a window is over that begins now; zero if the sender may not begin it.
    /// @param nonce The nonce in the virtual channel's terms.
    /// @param payer Who has to have signed.
    /// @param digest What it has to have signed.
    /// @param signature Its signature.
    /// @return raised The new word.
    /// @return refusal Why there is none; no bytes if there is.
    function checkRedemption(
        VirtualWord word,
        bytes32 id,
        uint128 amount,
        uint64 windowEnd,
        uint256 nonce,
        address payer,
        bytes32 digest,
        CompactSignature calldata signature
    ) internal view returns (VirtualWord raised, bytes memory refusal) {
        uint64 finalAt = word.finalAt();
        if (finalAt == 0) {
            if (windowEnd == 0) {
                return (word, abi.encodeWithSelector(ISluiceErrors.VirtualNotClosing.selector, id, msg.sender));
            }
            if (NonceMinute.isAhead(nonce)) return (word, NonceMinute.refusalOf(nonce));
            finalAt = windowEnd;
        } else if (block.timestamp >= finalAt) {
            return (word, abi.encodeWithSelector(ISluiceErrors.VirtualFinal.selector, id, finalAt));
        } else if (amount <= word.amount()) {
            return (word, abi.encodeWithSelector(ISluiceErrors.NotHigher.selector, id, word.amount(), amount));
        }
        if (!Signatures.isBy(payer, digest, signature)) {
            return (word, abi.encodeWithSelector(ISluiceErrors.BadSignature.selector, digest, payer));
        }
        raised = VirtualWords.make(amount, finalAt);
    }

    /// @notice Raises the amount by a voucher, and starts the window if the sender is a member.
    /// @param slot The virtual channel.
    /// @param id Its id.
    /// @param domain The domain separator.
    /// @param terms Its terms.
    /// @param voucher The voucher.
    /// @return refusal Why it was not redeemed; no bytes if it was.
    function tryRedeem(
        VirtualSlot storage slot,
        bytes32 id,
        bytes32 domain,
        VirtualTerms calldata terms,
        SignedVoucher calldata voucher
    ) internal returns (bytes memory refusal) {
        VirtualWord word = slot.word;
        uint64 windowEnd;
        if (word.finalAt() == 0) {
            refusal = checkPathAndWindow(terms.path.length, terms.disputeWindow);
            if (refusal.length != 0) return refusal;
            if (isMember(terms.path, msg.sender)) windowEnd = windowEndOf(terms.disputeWindow);
        }
        uint128 amount = Ticks.value(voucher.amount, voucher.tickValue, voucher.ticks, terms.capacity);
        bytes32 digest = TypedData.digest(domain, Messages.ofVoucher(id, voucher));
        (word, refusal) =
            checkRedemption(word, id, amount, windowEnd, nonceOf(terms), terms.path[0], digest, voucher.signature);
        if (refusal.length != 0) return refusal;
        // hashed last: only what the payer signed can make this long
        if (!isTick(voucher)) {
            return abi.encodeWithSelector(ISluiceErrors.BadTick.selector, id, voucher.ticks, voucher.tickCount);
        }
        write(slot, id, word);
    }

    /// @notice Starts the window at amount 0, unless it began before.
    /// @param slot The virtual channel.
    /// @param id Its id.
    /// @param disputeWindow Its window.
    function start(VirtualSlot storage slot, bytes32 id, uint32 disputeWindow) internal {
        if (slot.word.finalAt() == 0) write(slot, id, VirtualWords.make(0, windowEndOf(disputeWindow)));
    }

    /// @notice Stores a virtual channel's word, and tells it.
    /// @param slot The virtual channel.
    /// @param id Its id.
    /// @param word The word.
    function write(VirtualSlot storage slot, bytes32 id, VirtualWord word) internal {
        slot.word = word;
        emit ISluiceEvents.VirtualUpdated(id, VirtualWord.unwrap(word));
    }

    /// @notice When a window that begins now is over.
    /// @param disputeWindow Its length in seconds.
    function windowEndOf(uint32 disputeWindow) internal view returns (uint64) {
        unchecked {
            return uint64(block.timestamp + disputeWindow);
        }
    }

    /// @notice Whether somebody is on the path.
    /// @param path The path, or a part of it.
    /// @param who Who.
    function isMember(address[] calldata path, address who) internal pure returns (bool found) {
        uint256 word = uint160(who);
        assembly ("memory-safe") {
            let last := add(path.offset, shl(5, path.length))
            for { let member := path.offset } lt(member, last) { member := add(member, 0x20) } {
                if eq(calldataload(member), word) {
                    found := 1
                    break
                }
            }
        }
    }

    // The whole word.
    function nonceOf(VirtualTerms calldata terms) private pure returns (uint256 nonce) {
        assembly ("memory-safe") {
            nonce := calldataload(add(terms, NONCE_OFFSET))
        }
    }

    // Claiming no tick needs no preimage.
    function isTick(SignedVoucher calldata voucher) private pure returns (bool) {
        uint32 ticks = voucher.ticks;
        if (ticks == 0) return true;
        return ticks <= voucher.tickCount && Ticks.hashChain(voucher.preimage, ticks) == voucher.tickAnchor;
    }
}
