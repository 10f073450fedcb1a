// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../interfaces/ISluiceEvents.sol";
import { SignedVoucher, VirtualTerms } from "../interfaces/SluiceTypes.sol";
import { Messages } from "./Messages.sol";
import { Signatures } from "./Signatures.sol";
import { Store, VirtualSlot } from "./Store.sol";
import { Ticks } from "./Ticks.sol";
import { TypedData } from "./TypedData.sol";
import { VirtualWord, VirtualWords } from "./VirtualWord.sol";

/// @title Virtuals
/// @notice Closing and redeeming virtual channels.
library Virtuals {
    uint256 private constant SHORTEST_PATH = 2;
    uint256 private constant LONGEST_PATH = 6;

    /// @notice Starts the window at amount 0, unless it began before.
    function start(Store storage store, bytes32 id, uint32 disputeWindow) internal {
        VirtualSlot storage slot = store.virtuals[id];
        if (slot.word.finalAt() != 0) return;
        write(slot, id, VirtualWords.make(0, end(disputeWindow)));
    }

    /// @notice Raises the amount by a voucher, and starts the window if `sender` may.
    /// @param soft Whether to answer with a refusal's selector rather than to revert with it.
    /// @return refusal Zero if it was redeemed.
    function redeem(
        Store storage store,
        bytes32 id,
        bytes32 domain,
        VirtualTerms calldata terms,
        SignedVoucher calldata voucher,
        address sender,
        bool soft
    ) internal returns (bytes4 refusal) {
        address[] calldata path = terms.path;
        if (!isLength(path.length)) {
            if (soft) return ISluiceErrors.BadPath.selector;
            revert ISluiceErrors.BadPath(path.length);
        }
        VirtualSlot storage slot = store.virtuals[id];
        VirtualWord was = slot.word;
        uint64 finalAt = was.finalAt();
        uint128 amount = Ticks.value(voucher.amount, voucher.tickValue, voucher.ticks, terms.capacity);
        if (finalAt == 0) {
            if (!isMember(path, sender)) {
                if (soft) return ISluiceErrors.VirtualNotClosing.selector;
                revert ISluiceErrors.VirtualNotClosing(id, sender);
            }
            finalAt = end(terms.disputeWindow);
        } else if (block.timestamp >= finalAt) {
            if (soft) return ISluiceErrors.VirtualFinal.selector;
            revert ISluiceErrors.VirtualFinal(id, finalAt);
        } else if (amount <= was.amount()) {
            if (soft) return ISluiceErrors.NotHigher.selector;
            revert ISluiceErrors.NotHigher(id, was.amount(), amount);
        }
        if (!isTick(voucher)) {
            if (soft) return ISluiceErrors.BadTick.selector;
            revert ISluiceErrors.BadTick(id, voucher.ticks, voucher.tickCount);
        }
        bytes32 digest = TypedData.digest(domain, Messages.ofVoucher(id, voucher));
        address payer = path[0];
        if (!Signatures.isBy(payer, digest, voucher.signature)) {
            if (soft) return ISluiceErrors.BadSignature.selector;
            revert ISluiceErrors.BadSignature(digest, payer);
        }
        write(slot, id, VirtualWords.make(amount, finalAt));
    }

    /// @notice Stores a virtual channel's word, and tells it.
    function write(VirtualSlot storage slot, bytes32 id, VirtualWord word) internal {
        slot.word = word;
        emit ISluiceEvents.VirtualUpdated(id, VirtualWord.unwrap(word));
    }

    /// @notice When a window that begins now is over.
    function end(uint32 disputeWindow) internal view returns (uint64) {
        unchecked {
            return uint64(block.timestamp + disputeWindow);
        }
    }

    /// @notice Whether `who` is on the path.
    function isMember(address[] calldata path, address who) internal pure returns (bool found) {
        uint256 word = uint160(who);
        assembly ("memory-safe") {
            let last := add(path.offset, shl(5, path.length))
            for { let at_ := path.offset } lt(at_, last) { at_ := add(at_, 0x20) } {
                if eq(calldataload(at_), word) {
                    found := 1
                    break
                }
            }
        }
    }

    /// @notice Whether `payer` and `receiver` follow each other on the path.
    function areNeighbours(address[] calldata path, address payer, address receiver) internal pure returns (bool) {
        for (uint256 i = 1; i < path.length; ++i) {
            if (path[i - 1] == payer && path[i] == receiver) return true;
        }
        return false;
    }

    /// @notice Refuses a path that is too short or too long.
    function requireLength(uint256 length) internal pure {
        if (!isLength(length)) revert ISluiceErrors.BadPath(length);
    }

    function isLength(uint256 length) private pure returns (bool) {
        return length >= SHORTEST_PATH && length <= LONGEST_PATH;
    }

    // Claiming no tick needs no preimage. tickCount is read either way, which refuses dirty upper bits.
    function isTick(SignedVoucher calldata voucher) private pure returns (bool) {
        (uint32 ticks, uint32 tickCount) = (voucher.ticks, voucher.tickCount);
        if (ticks == 0) return true;
        return ticks <= tickCount && Ticks.hashChain(voucher.preimage, ticks) == voucher.tickAnchor;
    }
}
