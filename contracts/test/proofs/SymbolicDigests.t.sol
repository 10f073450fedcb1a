// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Test } from "forge-std/Test.sol";
import {
    ChannelTerms,
    CreditRedirect,
    GroupRedemption,
    SignedLane,
    SignedVoucher,
    VirtualGroup,
    VirtualTerms
} from "../../src/interfaces/SluiceTypes.sol";
import { Reference } from "../support/Reference.sol";

/// @dev By its interface, so that it is compiled as the contract is and not as tests are.
interface IDigests {
    function channelId(address sluice, ChannelTerms calldata terms) external view returns (bytes32);
    function virtualId(address sluice, VirtualTerms calldata terms) external view returns (bytes32);
    function laneVoucher(address sluice, bytes32 id, SignedLane calldata v) external view returns (bytes32);
    function voucher(address sluice, bytes32 id, SignedVoucher calldata v) external view returns (bytes32);
    function close(address sluice, bytes32 id, uint8 from, uint128 amount, uint64 deadline)
        external
        view
        returns (bytes32);
    function withdrawal(address sluice, bytes32 id, uint8 party, uint128 total, uint64 deadline)
        external
        view
        returns (bytes32);
    function closeRequest(address sluice, bytes32 id, uint64 deadline) external view returns (bytes32);
    function creditRedirect(address sluice, CreditRedirect calldata redirect) external view returns (bytes32);
    function group(address sluice, VirtualGroup calldata group_, GroupRedemption[] calldata items)
        external
        view
        returns (bytes32[] memory ids, bytes32[] memory vouchers);
    function condition(address resolver, bytes32 id, uint8 side) external pure returns (bytes32);
    function leaf(uint32 index, uint128 amount, bytes32 condition_) external pure returns (bytes32);
    function node(bytes32 left, bytes32 right) external pure returns (bytes32);
}

/// @notice What the contract hashes by hand, in words of memory, is for all inputs what the protocol's text says. For halmos, as
/// SymbolicTest is; forge runs none of these.
/// @custom:halmos --solver z3 --solver-timeout-assertion 0 --loop 8 --panic-error-codes *
contract SymbolicDigestsTest is Test {
    IDigests private digests;

    function setUp() public {
        digests = IDigests(deployCode("cache/prove/Digests.sol/Digests.json"));
    }

    function check_channelId(address sluice, ChannelTerms calldata terms) external view {
        assert(digests.channelId(sluice, terms) == Reference.channelId(sluice, terms));
    }

    /// @custom:halmos --array-lengths terms.path={2,3,4,5,6}
    function check_virtualId(address sluice, VirtualTerms calldata terms) external view {
        assert(digests.virtualId(sluice, terms) == Reference.virtualId(sluice, terms));
    }

    function check_laneVoucher(address sluice, bytes32 id, SignedLane calldata v) external view {
        bytes32 expected = Reference.laneVoucher(sluice, id, v.lane, v.seq, v.paid, v.locked, v.locksRoot);
        assert(digests.laneVoucher(sluice, id, v) == expected);
    }

    function check_voucher(address sluice, bytes32 id, SignedVoucher calldata v) external view {
        bytes32 expected = Reference.voucher(sluice, id, v.amount, v.tickAnchor, v.tickValue, v.tickCount);
        assert(digests.voucher(sluice, id, v) == expected);
    }

    function check_agreements(address sluice, bytes32 id, uint8 party, uint128 amount, uint64 deadline) external view {
        assert(
            digests.close(sluice, id, party, amount, deadline) == Reference.close(sluice, id, party, amount, deadline)
        );
        bytes32 withdrawal = Reference.withdrawal(sluice, id, party, amount, deadline);
        assert(digests.withdrawal(sluice, id, party, amount, deadline) == withdrawal);
        assert(digests.closeRequest(sluice, id, deadline) == Reference.closeRequest(sluice, id, deadline));
    }

    function check_creditRedirect(address sluice, CreditRedirect calldata redirect) external view {
        assert(digests.creditRedirect(sluice, redirect) == Reference.creditRedirect(sluice, redirect));
    }

    function check_locks(address resolver, bytes32 id, uint8 side, uint32 index, uint128 amount, bytes32 other)
        external
        view
    {
        assert(digests.condition(resolver, id, side) == Reference.condition(resolver, id, side));
        assert(digests.leaf(index, amount, id) == Reference.leaf(index, amount, id));
        assert(digests.node(id, other) == Reference.node(id, other));
    }

    struct Member {
        address payer;
        uint64 nonce;
        uint128 capacity;
        uint128 amount;
    }

    /// @dev Three after one another, which write over each other's words, in groups with paths of every length.
    /// @custom:halmos --array-lengths group.others={1,2,3,4,5}
    function check_group(address sluice, VirtualGroup calldata group, Member[3] calldata members) external view {
        GroupRedemption[] memory items = new GroupRedemption[](3);
        for (uint256 i; i < 3; ++i) {
            items[i].payerAndNonce = bytes32(uint256(uint160(members[i].payer)) << 96 | members[i].nonce);
            items[i].capacityAndAmount = uint256(members[i].capacity) << 128 | members[i].amount;
        }
        (bytes32[] memory ids, bytes32[] memory vouchers) = digests.group(sluice, group, items);
        for (uint256 i; i < 3; ++i) {
            bytes32 id = Reference.virtualId(sluice, termsOf(group, members[i]));
            assert(ids[i] == id);
            assert(vouchers[i] == Reference.voucher(sluice, id, members[i].amount, 0, 0, 0));
        }
    }

    function termsOf(VirtualGroup calldata group, Member calldata member)
        private
        pure
        returns (VirtualTerms memory terms)
    {
        address[] memory path = new address[](group.others.length + 1);
        path[0] = member.payer;
        for (uint256 n; n < group.others.length; ++n) {
            path[n + 1] = group.others[n];
        }
        return VirtualTerms(path, group.token, member.capacity, group.disputeWindow, member.nonce);
    }
}
